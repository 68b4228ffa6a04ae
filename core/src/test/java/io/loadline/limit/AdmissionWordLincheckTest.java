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
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to an {@link AdmissionWord}, there is an order of their operations in which a word of plain
 * fields gives the same results: so the limit is not exceeded, no call is admitted after the word was closed, exactly one
 * operation learns that it is closed and empty, and each release that leaves room to a waiter learns of that waiter.
 * Each thread releases what it has acquired: one release too many is refused, but others may see it for a moment.
 *
 * <p>Operations are methods of their own rather than parameters where their results differ in kind.
 */
@Param(name = "limit", gen = IntGen.class, conf = "1:3")
@Param(name = "thread", gen = ThreadIdGen.class)
public class AdmissionWordLincheckTest {
    private static final int LIMIT = 2;
    private static final int THREADS = 3;

    /** What a release says for a thread that holds nothing. */
    private static final int NOTHING = -10;

    private final AdmissionWord word = new AdmissionWord(LIMIT);
    private final Held held = new Held();

    @Test
    void modelChecking_finds_noOrderThatPlainFieldsCannotGive() {
        new ModelCheckingOptions()
                .iterations(15)
                .invocationsPerIteration(150)
                .threads(THREADS)
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
                .threads(THREADS)
                .actorsPerThread(3)
                .sequentialSpecification(PlainWord.class)
                .check(AdmissionWordLincheckTest.class);
    }

    @Operation
    public int acquire(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquire(Enforcement.ENFORCE));
    }

    @Operation
    public int acquireInShadow(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquire(Enforcement.SHADOW));
    }

    @Operation
    public int acquireWhenOff(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquire(Enforcement.OFF));
    }

    @Operation
    public int acquireOutside(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquireOutside());
    }

    @Operation
    public int free() {
        return word.free();
    }

    @Operation
    public int acquireOrWait(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquireOrWait(Enforcement.ENFORCE));
    }

    @Operation
    public int acquireAsWaiter(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquireAsWaiter(Enforcement.ENFORCE, false));
    }

    @Operation
    public int acquireAsLastWaiter(@Param(name = "thread") int thread) {
        return held.acquired(thread, word.tryAcquireAsWaiter(Enforcement.ENFORCE, true));
    }

    @Operation
    public int release(@Param(name = "thread") int thread) {
        return held.release(thread) ? word.release(false) : NOTHING;
    }

    @Operation
    public int releaseOutside(@Param(name = "thread") int thread) {
        return held.releaseOutside(thread) ? word.release(true) : NOTHING;
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

    /** What each thread has acquired. Each thread uses its own element only, so this orders nothing between them. */
    private static final class Held {
        // Lincheck has a thread before and one after those that run at once.
        private final int[] inside = new int[THREADS + 2];
        private final int[] outside = new int[THREADS + 2];

        int acquired(int thread, int admitted) {
            if (admitted == AdmissionWord.ADMITTED_OUTSIDE) {
                outside[thread]++;
            } else if (admitted >= 0) {
                inside[thread]++;
            }
            return admitted;
        }

        boolean release(int thread) {
            return takeOne(inside, thread);
        }

        boolean releaseOutside(int thread) {
            return takeOne(outside, thread);
        }

        private static boolean takeOne(int[] calls, int thread) {
            if (calls[thread] == 0) {
                return false;
            }
            calls[thread]--;
            return true;
        }
    }

    /** The same in plain fields, as one reads it in the documentation. Not thread-safe. */
    public static final class PlainWord {
        private int limit = LIMIT;
        private int inFlight;
        private int outside;
        private boolean closed;
        private boolean waiters;
        private final Held held = new Held();

        public int acquire(int thread) {
            return held.acquired(thread, acquireAsNewcomer());
        }

        public int acquireAsWaiter(int thread) {
            return held.acquired(thread, acquireWithin(AdmissionWord.REFUSED_LIMIT));
        }

        public int acquireAsLastWaiter(int thread) {
            int admitted = acquireAsWaiter(thread);
            waiters &= admitted < 0;
            return admitted;
        }

        public int acquireOrWait(int thread) {
            int admitted = acquire(thread);
            waiters |= admitted == AdmissionWord.REFUSED_LIMIT;
            return admitted;
        }

        private int acquireAsNewcomer() {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            return waiters ? AdmissionWord.REFUSED_LIMIT : acquireWithin(AdmissionWord.REFUSED_LIMIT);
        }

        public void clearWaiters() {
            waiters = false;
        }

        public int acquireInShadow(int thread) {
            int admitted = acquireWithin(AdmissionWord.ADMITTED_OUTSIDE);
            if (admitted == AdmissionWord.ADMITTED_OUTSIDE) {
                outside++;
            }
            return held.acquired(thread, admitted);
        }

        public int acquireWhenOff(int thread) {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            inFlight++;
            return held.acquired(thread, low());
        }

        public int acquireOutside(int thread) {
            if (closed) {
                return AdmissionWord.REFUSED_CLOSED;
            }
            outside++;
            return held.acquired(thread, AdmissionWord.ADMITTED_OUTSIDE);
        }

        public int free() {
            return limit - inFlight;
        }

        private int acquireWithin(int atLimit) {
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

        public int release(int thread) {
            if (!held.release(thread)) {
                return NOTHING;
            }
            inFlight--;
            return released();
        }

        public int releaseOutside(int thread) {
            if (!held.releaseOutside(thread)) {
                return NOTHING;
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
