/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class LagProbeTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final Queue<Runnable> other = new ArrayDeque<>();
    private List<Executor> executors = List.of(loop::add);
    private final LagProbe probe = LagProbe.of("event_loop", () -> executors);

    private void beat() {
        beat(Runnable::run);
    }

    private void beat(Executor aside) {
        probe.beat(new Heartbeat.Beat(ticker.read(), 0), ticker, aside);
    }

    private void advance(long millis) {
        ticker.advance(Duration.ofMillis(millis));
    }

    @Test
    void utilization_beforeTheFirstBeat_isUnknown() {
        assertThat(probe.utilization()).isNaN();
        assertThat(probe.detail()).isEqualTo("there is nothing to probe");
    }

    @Test
    void utilization_isTheMeanDelay_inTenthsOfASecond() {
        for (int millis = 10; millis <= 50; millis += 20) {
            beat();
            advance(millis);
            loop.remove().run();
        }

        assertThat(probe.utilization()).isCloseTo(0.3, within(1e-9));
        assertThat(probe.detail()).isEqualTo("tasks wait 30 ms");
        assertThat(probe.kind()).isEqualTo(Saturation.Kind.DELAY);
    }

    @Test
    void utilization_isThatOfTheLastSecond() {
        beat();
        advance(500);
        loop.remove().run();
        assertThat(probe.utilization()).isCloseTo(5, within(1e-9));

        beat();
        loop.remove().run();
        assertThat(probe.utilization()).isZero();
    }

    /** Nothing is ever answered, and one task at a time waits. */
    @Test
    void utilization_ofALoopThatIsStuck_grows_andItGetsNoFurtherTasks() {
        for (int i = 0; i < 10; i++) {
            beat();
            advance(100);
        }
        assertThat(probe.utilization()).isCloseTo(10, within(1e-9));
        advance(60_000);
        assertThat(probe.utilization()).isEqualTo(10);
        assertThat(loop).hasSize(1);
    }

    @Test
    void utilization_ofSeveral_isThatOfTheSlowest() {
        executors = List.of(loop::add, other::add);
        beat();
        loop.remove().run();
        advance(40);
        other.remove().run();

        assertThat(probe.utilization()).isCloseTo(0.4, within(1e-9));
    }

    /** A pause of the collector holds up everything; the loop is not to blame. */
    @Test
    void utilization_afterTheProcessStoodStill_doesNotCountThat() {
        beat();
        advance(3_000);
        probe.beat(new Heartbeat.Beat(ticker.read(), 2_900_000_000L), ticker, Runnable::run);
        advance(20);
        loop.remove().run();

        assertThat(probe.utilization()).isCloseTo(0.2, within(1e-9));
    }

    /** The loop may come to itself before the heartbeat does. */
    @Test
    void utilization_ofATaskThatRanBeforeTheLateBeat_doesNotCountThePause() {
        beat();
        advance(3_000);
        loop.remove().run();
        Queue<Runnable> aside = new ArrayDeque<>();
        probe.beat(new Heartbeat.Beat(ticker.read(), 2_900_000_000L), ticker, aside::add);
        assertThat(probe.utilization()).isNaN();
        assertThat(probe.detail()).isEqualTo("the whole process stood still");

        aside.remove().run();
        advance(20);
        loop.remove().run();
        assertThat(probe.utilization()).isCloseTo(0.2, within(1e-9));
    }

    @Test
    void utilization_whenTheClockGoesBack_isZero() {
        beat();
        advance(-500);
        loop.remove().run();

        assertThat(probe.utilization()).isZero();
    }

    @Test
    void utilization_ofExecutorsThatRefuse_isUnknown() {
        executors = List.of(task -> {
            throw new RejectedExecutionException("shut down");
        });
        beat();

        assertThat(probe.utilization()).isNaN();
        assertThat(probe.detail()).isEqualTo("no executor takes a task");
    }

    @Test
    void utilization_ofExecutorsThatAreGone_isUnknown() {
        beat();
        advance(700);
        executors = List.of();
        beat();

        assertThat(probe.utilization()).isNaN();
        assertThat(probe.detail()).isEqualTo("there is nothing to probe");
    }

    @Test
    void utilization_ofASupplierThatThrows_isUnknown() {
        LagProbe odd = LagProbe.of("odd", () -> {
            throw new IllegalStateException("mine");
        });
        odd.beat(new Heartbeat.Beat(ticker.read(), 200_000_000), ticker, Runnable::run);

        assertThat(odd.utilization()).isNaN();
        assertThat(odd.detail()).isEqualTo("its executors fail with IllegalStateException");
    }

    /** The beat goes on, and nothing is given to anybody before the one that blocks has returned. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void beat_whileAnExecutorBlocks_returns() throws InterruptedException {
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        executors = List.of(task -> {
            blocks.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            task.run();
        });
        Queue<Thread> threads = new ArrayDeque<>();
        Executor aside = task -> {
            Thread thread = new Thread(task);
            threads.add(thread);
            thread.start();
        };
        beat(aside);
        blocks.await();
        for (int i = 0; i < 10; i++) {
            beat(aside);
        }
        assertThat(threads).hasSize(1);
        assertThat(probe.utilization()).isNaN();
        assertThat(probe.detail()).isEqualTo("an executor blocks whoever gives it a task");

        free.countDown();
        threads.remove().join();
        executors = List.of(loop::add);
        beat();
        loop.remove().run();
        assertThat(probe.utilization()).isZero();
    }

    @Test
    void virtualThreads_beforeJava21_areUnknown() {
        LagProbe carriers = LagProbe.ofVirtualThreads();
        assertThat(carriers.name()).isEqualTo("carriers");
        if (Runtime.version().feature() < 21) {
            carriers.beat(new Heartbeat.Beat(ticker.read(), 0), ticker, Runnable::run);
            assertThat(carriers.utilization()).isNaN();
            assertThat(carriers.detail()).isEqualTo("there are no virtual threads");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void virtualThreads_areProbed() {
        LagProbe carriers = LagProbe.ofVirtualThreads();
        carriers.beat(new Heartbeat.Beat(ticker.read(), 0), ticker, Runnable::run);

        assertThat(carriers.utilization()).isZero();
        assertThat(carriers.detail()).isEqualTo("tasks wait 0 ms");
    }
}
