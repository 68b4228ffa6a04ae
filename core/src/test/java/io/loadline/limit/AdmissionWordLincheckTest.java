/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to an {@link AdmissionWord}, there is an order of their operations in which a word of plain
 * fields gives the same results: so the limit is not exceeded, no call is admitted after the word was closed, exactly one
 * operation learns that it is closed and empty, and each release that leaves room to a waiter learns of that waiter.
 *
 * <p>Operations are methods of their own rather than parameters where their results differ in kind.
 */
@Param(name = "limit", gen = IntGen.class, conf = "1:3")
public class AdmissionWordLincheckTest {
    private static final int LIMIT = 2;

    private final AdmissionWord word = new AdmissionWord(LIMIT);

    @Test
    void modelChecking_finds_noOrderThatPlainFieldsCannotGive() {
        new ModelCheckingOptions()
                .iterations(15)
                .invocationsPerIteration(150)
                .threads(3)
                .actorsPerThread(3)
                .checkObstructionFreedom(true)
                .sequentialSpecification(PlainWord.class)
                .check(AdmissionWordLincheckTest.class);
    }

    @Test
    void stress_finds_noOrderThatPlainFieldsCannotGive() {
        new StressOptions()
                .iterations(25)
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(PlainWord.class)
                .check(AdmissionWordLincheckTest.class);
    }

    @Operation
    public int acquire() {
        return word.tryAcquire(Enforcement.ENFORCE);
    }

    @Operation
    public int acquireInShadow() {
        return word.tryAcquire(Enforcement.SHADOW);
    }

    @Operation
    public int acquireWhenOff() {
        return word.tryAcquire(Enforcement.OFF);
    }

    @Operation
    public int acquireOutside() {
        return word.tryAcquireOutside();
    }

    @Operation
    public int free() {
        return word.free();
    }

    @Operation
    public int acquireOrWait() {
        return word.tryAcquireOrWait(Enforcement.ENFORCE);
    }

    @Operation
    public int acquireAsWaiter() {
        return word.tryAcquireAsWaiter(Enforcement.ENFORCE, false);
    }

    @Operation
    public int acquireAsLastWaiter() {
        return word.tryAcquireAsWaiter(Enforcement.ENFORCE, true);
    }

    @Operation
    public int release() {
        return word.release(false);
    }

    @Operation
    public int releaseOutside() {
        return word.release(true);
    }

    @Operation
    public void clearWaiters() {
        word.clearWaiters();
    }

    @Operation
    public void limit(@Param(name = "limit") int limit) {
        word.limit(limit);
    }

    @Operation
    public boolean close() {
        return word.closed(true);
    }

    @Operation
    public boolean open() {
        return word.closed(false);
    }

    @Operation
    public int running() {
        return word.running();
    }

    /** The same in plain fields, as one reads it in the documentation. Not thread-safe. */
    public static final class PlainWord {
        private int limit = LIMIT;
        private int inFlight;
        private int outside;
        private boolean closed;
        private boolean waiters;

        public int acquire() {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            return waiters ? AdmissionWord.REFUSED_LIMIT : acquire(AdmissionWord.REFUSED_LIMIT);
        }

        public int acquireAsWaiter() {
            return acquire(AdmissionWord.REFUSED_LIMIT);
        }

        public int acquireAsLastWaiter() {
            int admitted = acquireAsWaiter();
            waiters &= admitted < 0;
            return admitted;
        }

        public int acquireOrWait() {
            int admitted = acquire();
            waiters |= admitted == AdmissionWord.REFUSED_LIMIT;
            return admitted;
        }

        public void clearWaiters() {
            waiters = false;
        }

        public int acquireInShadow() {
            int admitted = acquire(AdmissionWord.ADMITTED_OUTSIDE);
            if (admitted == AdmissionWord.ADMITTED_OUTSIDE) {
                outside++;
            }
            return admitted;
        }

        public int acquireWhenOff() {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            inFlight++;
            return low();
        }

        public int acquireOutside() {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            outside++;
            return AdmissionWord.ADMITTED_OUTSIDE;
        }

        public int free() {
            return limit - inFlight;
        }

        private int acquire(int atLimit) {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            if (inFlight >= limit) {
                return atLimit;
            }
            inFlight++;
            return low();
        }

        private int low() {
            return inFlight + outside <= limit / 2 ? AdmissionWord.ADMITTED_LOW : AdmissionWord.ADMITTED;
        }

        public int release() {
            if (inFlight == 0) {
                throw new IllegalStateException();
            }
            inFlight--;
            return released();
        }

        public int releaseOutside() {
            if (outside == 0) {
                throw new IllegalStateException();
            }
            outside--;
            return released();
        }

        private int released() {
            if (closed) {
                return idle() ? AdmissionWord.RELEASED_LAST : AdmissionWord.RELEASED;
            }
            return waiters ? AdmissionWord.RELEASED_BEFORE_WAITERS : AdmissionWord.RELEASED;
        }

        public void limit(int changed) {
            limit = changed;
        }

        public boolean close() {
            closed = true;
            return idle();
        }

        public boolean open() {
            closed = false;
            return false;
        }

        public int running() {
            return inFlight + outside;
        }

        private boolean idle() {
            return closed && inFlight + outside == 0;
        }
    }
}
