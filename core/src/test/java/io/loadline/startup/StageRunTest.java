/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class StageRunTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** A stage that works in several threads waits once, not once in each of them. */
    @Test
    void checkpoints_ofSeveralThreads_countWhatPassesOnTheClock() throws Exception {
        long begun = ticker.read();
        AtomicInteger looks = new AtomicInteger();
        Rendezvous both = new Rendezvous();
        StartupStage stage = StartupStage.builder("cache", context -> {
                    ticker.advance(Duration.ofMillis(50));
                    Thread other = new Thread(context::checkpoint);
                    other.start();
                    both.awaitFirst();
                    context.checkpoint();
                    other.join();
                })
                .build();
        StageRun run = new StageRun(recordOf(stage), ticker, lock, changed, both, () -> looks.incrementAndGet() > 2);
        run.start();
        lock.lock();
        try {
            while (!run.hasEnded()) {
                changed.await();
            }
            long now = ticker.read();

            assertThat(run.failure()).isNull();
            assertThat(Duration.ofNanos(run.waitedNanos(now))).isEqualTo(Duration.ofMillis(110));
            assertThat(Duration.ofNanos(now - begun)).isEqualTo(Duration.ofMillis(160));
        } finally {
            lock.unlock();
        }
    }

    private StageRecord recordOf(StartupStage stage) {
        MemoryGate gate = MemoryGate.builder(Readings::unknown, ticker).build();
        StartupPlan plan = StartupPlan.builder().stage(stage).build();
        return StageRecord.of(plan, gate, StageHistory.load(null)).get(0);
    }

    /** Lets two threads go on together, 60 ms after the second has come, which comes 50 ms after the first. */
    private final class Rendezvous implements Waiter {
        private int waiting;

        void awaitFirst() throws InterruptedException {
            lock.lock();
            try {
                while (waiting == 0) {
                    changed.await();
                }
                ticker.advance(Duration.ofMillis(50));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void pause(Condition ignored, long nanos) throws InterruptedException {
            if (++waiting == 2) {
                ticker.advance(Duration.ofMillis(60));
            }
            changed.signalAll();
            while (waiting < 2) {
                changed.await();
            }
        }

        @Override
        public void awaitStage(Condition ignored, long nanos) {
            throw new AssertionError("nobody leads here");
        }
    }
}
