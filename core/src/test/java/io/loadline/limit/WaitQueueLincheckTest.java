/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to a {@link WaitQueue} and its word, there is an order of their operations in which plain
 * fields give the same results: so no wake-up and no permit is lost, nobody is admitted twice, newcomers do not overtake
 * those who wait, and whoever withdraws in time is not admitted.
 */
@Param(name = "limit", gen = IntGen.class, conf = "1:2")
@Param(name = "thread", gen = ThreadIdGen.class)
public class WaitQueueLincheckTest {
    private static final int LIMIT = 1;
    private static final int THREADS = 3;
    private static final int MAX_WAITERS = 2;

    private final AdmissionWord word = new AdmissionWord(LIMIT);
    private final WaitQueue queue = new WaitQueue(word, new WordEntrance(word), () -> 0, () -> MAX_WAITERS);

    /** What each thread has acquired without waiting. */
    private final int[] held = new int[THREADS + 2];

    /** The last waiter of each thread, of the parts before and after the parallel one, too. */
    private final TestWaiter[] waiters = new TestWaiter[THREADS + 2];

    @Test
    void modelChecking_finds_noOrderThatPlainFieldsCannotGive() {
        new ModelCheckingOptions()
                .iterations(12)
                .invocationsPerIteration(150)
                .threads(THREADS)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2)
                .sequentialSpecification(PlainQueue.class)
                .check(WaitQueueLincheckTest.class);
    }

    @Test
    void stress_finds_noOrderThatPlainFieldsCannotGive() {
        new StressOptions()
                .iterations(15)
                .invocationsPerIteration(300)
                .threads(THREADS)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2)
                .sequentialSpecification(PlainQueue.class)
                .check(WaitQueueLincheckTest.class);
    }

    @Operation
    public boolean acquire(@Param(name = "thread") int thread) {
        boolean admitted = word.tryAcquire(Enforcement.ENFORCE) >= 0;
        held[thread] += admitted ? 1 : 0;
        return admitted;
    }

    @Operation
    public void enter(@Param(name = "thread") int thread) {
        waiters[thread] = new TestWaiter();
        queue.enter(waiters[thread]);
    }

    /** Whether its last waiter was still waiting. */
    @Operation
    public boolean withdraw(@Param(name = "thread") int thread) {
        return waiters[thread] != null && queue.withdraw(waiters[thread]);
    }

    /** Whether it had something to release: what it acquired, or what its last waiter was given. */
    @Operation
    public boolean release(@Param(name = "thread") int thread) {
        if (held[thread] > 0) {
            held[thread]--;
        } else if (waiters[thread] != null && waiters[thread].isSettled() && waiters[thread].ticket() != 0) {
            waiters[thread] = null;
        } else {
            return false;
        }
        if (word.release(false) == AdmissionWord.RELEASED_BEFORE_WAITERS) {
            queue.handOver();
        }
        return true;
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
            super(new Route(TestWaiter.class, 0, "route"), 1);
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
        private final Object[] last = new Object[THREADS + 2];
        private final int[] held = new int[THREADS + 2];
        private final Deque<Object> waiting = new ArrayDeque<>();
        private final Set<Object> admitted = new HashSet<>();
        private int limit = LIMIT;
        private int inFlight;
        private boolean closed;

        public boolean acquire(int thread) {
            if (closed || inFlight >= limit || !waiting.isEmpty()) {
                return false;
            }
            inFlight++;
            held[thread]++;
            return true;
        }

        public void enter(int thread) {
            last[thread] = new Object();
            waiting.add(last[thread]);
            handOver();
            if (waiting.size() > MAX_WAITERS) {
                waiting.removeLast();
            }
        }

        public boolean withdraw(int thread) {
            return last[thread] != null && waiting.remove(last[thread]);
        }

        public boolean release(int thread) {
            if (held[thread] > 0) {
                held[thread]--;
            } else if (!admitted.remove(last[thread])) {
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
                admitted.add(waiting.remove());
                inFlight++;
            }
        }
    }
}
