/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import io.loadline.limit.WaitQueue.Waiter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to a {@link WaitQueue} and its word, there is an order of their operations in which plain
 * fields give the same results: so no wake-up and no permit is lost, nobody is admitted twice, newcomers do not overtake
 * those who wait, and whoever withdraws in time is not admitted.
 */
@Param(name = "limit", gen = IntGen.class, conf = "1:2")
@Param(name = "waiter", gen = IntGen.class, conf = "0:2")
public class WaitQueueLincheckTest {
    private static final int LIMIT = 1;
    private static final int WAITERS = 3;
    private static final int MAX_WAITERS = 2;

    private final AdmissionWord word = new AdmissionWord(LIMIT);
    private final WaitQueue queue = new WaitQueue(
            word, () -> word.tryAcquireAsWaiter(Enforcement.ENFORCE) < 0 ? 0 : 1, () -> 0, () -> MAX_WAITERS);
    private final AtomicReferenceArray<TestWaiter> waiters = new AtomicReferenceArray<>(WAITERS);

    @Test
    void modelChecking_finds_noOrderThatPlainFieldsCannotGive() {
        new ModelCheckingOptions()
                .iterations(20)
                .invocationsPerIteration(300)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(PlainQueue.class)
                .check(WaitQueueLincheckTest.class);
    }

    @Test
    void stress_finds_noOrderThatPlainFieldsCannotGive() {
        new StressOptions()
                .iterations(25)
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(PlainQueue.class)
                .check(WaitQueueLincheckTest.class);
    }

    @Operation
    public boolean acquire() {
        return word.tryAcquire(Enforcement.ENFORCE) >= 0;
    }

    /** Each waiter enters at most once. */
    @Operation
    public boolean enter(@Param(name = "waiter") int index) {
        TestWaiter waiter = new TestWaiter();
        if (!waiters.compareAndSet(index, null, waiter)) {
            return false;
        }
        queue.enter(waiter);
        return true;
    }

    @Operation
    public boolean withdraw(@Param(name = "waiter") int index) {
        TestWaiter waiter = waiters.get(index);
        return waiter != null && queue.withdraw(waiter);
    }

    @Operation
    public boolean release() {
        try {
            if (word.release(false) == AdmissionWord.RELEASED_BEFORE_WAITERS) {
                queue.handOver();
            }
            return true;
        } catch (IllegalStateException nothingToRelease) {
            return false;
        }
    }

    @Operation
    public void limit(@Param(name = "limit") int limit) {
        word.limit(limit);
        queue.handOver();
    }

    @Operation
    public void close() {
        word.closed(true);
        queue.handOver();
    }

    @Operation
    public void open() {
        word.closed(false);
        queue.handOver();
    }

    private static final class TestWaiter extends Waiter {
        TestWaiter() {
            super(1);
        }

        @Override
        void tell() {
            if (!isSettled()) {
                throw new AssertionError("told before it was settled");
            }
        }
    }

    /** The same in plain fields. Not thread-safe. */
    public static final class PlainQueue {
        private final boolean[] entered = new boolean[WAITERS];
        private final Deque<Integer> waiting = new ArrayDeque<>();
        private int limit = LIMIT;
        private int inFlight;
        private boolean closed;

        public boolean acquire() {
            if (closed || inFlight >= limit || !waiting.isEmpty()) {
                return false;
            }
            inFlight++;
            return true;
        }

        public boolean enter(int index) {
            if (entered[index]) {
                return false;
            }
            entered[index] = true;
            waiting.add(index);
            handOver();
            if (waiting.size() > MAX_WAITERS) {
                waiting.removeLast();
            }
            return true;
        }

        public boolean withdraw(int index) {
            return waiting.remove(index);
        }

        public boolean release() {
            if (inFlight == 0) {
                return false;
            }
            inFlight--;
            handOver();
            return true;
        }

        public void limit(int changed) {
            limit = changed;
            handOver();
        }

        public void close() {
            closed = true;
            handOver();
        }

        public void open() {
            closed = false;
        }

        private void handOver() {
            if (closed) {
                waiting.clear();
            }
            while (!waiting.isEmpty() && inFlight < limit) {
                waiting.remove();
                inFlight++;
            }
        }

        @Override
        public String toString() {
            return Arrays.toString(entered) + waiting + inFlight + "/" + limit + closed;
        }
    }
}
