/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.Heartbeat.Beat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class HeartbeatTest {
    private final ManualTicker ticker = new ManualTicker();

    @Test
    void beat_aPeriodAfterTheLast_isNotLate() {
        Heartbeat heartbeat = Heartbeat.create(ticker);
        List<Beat> beats = new ArrayList<>();
        heartbeat.listen(beats::add);
        ticker.advance(Heartbeat.PERIOD);
        heartbeat.beat();
        ticker.advance(Heartbeat.PERIOD.dividedBy(2));
        heartbeat.beat();
        assertThat(beats).extracting(Beat::lateNanos).containsExactly(0L, 0L);
        assertThat(beats.get(1).nowNanos()).isEqualTo(ticker.read());
    }

    @Test
    void beat_afterAStall_isLateOnce() {
        Heartbeat heartbeat = Heartbeat.create(ticker);
        List<Beat> beats = new ArrayList<>();
        heartbeat.listen(beats::add);
        // Far enough for the reading to wrap.
        ticker.advance(Heartbeat.PERIOD.plus(Duration.ofMillis(1_700)));
        heartbeat.beat();
        ticker.advance(Heartbeat.PERIOD);
        heartbeat.beat();
        assertThat(beats)
                .extracting(Beat::lateNanos)
                .containsExactly(Duration.ofMillis(1_700).toNanos(), 0L);
    }

    @Test
    void beat_listenersThrow_othersAreCalledAndTheNextBeatComes() {
        Heartbeat heartbeat = Heartbeat.create(ticker);
        AtomicInteger beats = new AtomicInteger();
        heartbeat.listen(beat -> {
            throw new IllegalStateException("planned");
        });
        heartbeat.listen(beat -> {
            throw new AssertionError("planned");
        });
        heartbeat.listen(beat -> beats.incrementAndGet());
        heartbeat.beat();
        heartbeat.beat();
        assertThat(beats).hasValue(2);
    }

    @Test
    void beat_fromAListener_doesNothing() {
        Heartbeat heartbeat = Heartbeat.create(ticker);
        AtomicInteger beats = new AtomicInteger();
        heartbeat.listen(beat -> {
            beats.incrementAndGet();
            heartbeat.beat();
        });
        heartbeat.beat();
        assertThat(beats).hasValue(1);
    }

    @Test
    void close_ofARegistration_endsCalls() {
        Heartbeat heartbeat = Heartbeat.create(ticker);
        AtomicInteger beats = new AtomicInteger();
        Registration registration = heartbeat.listen(beat -> beats.incrementAndGet());
        heartbeat.beat();
        registration.close();
        registration.close();
        heartbeat.beat();
        assertThat(beats).hasValue(1);
    }

    @Test
    void start_beatsFromOneDaemonThread_alsoWhenListenersThrow() throws Exception {
        BlockingQueue<Thread> beats = new LinkedBlockingQueue<>();
        try (Heartbeat heartbeat = Heartbeat.create(Ticker.system())) {
            heartbeat.listen(beat -> beats.add(Thread.currentThread()));
            heartbeat.listen(beat -> {
                throw new StackOverflowError("planned");
            });
            heartbeat.start();
            heartbeat.start();
            Thread first = beats.take();
            assertThat(first.getName()).isEqualTo("loadline");
            assertThat(first.isDaemon()).isTrue();
            assertThat(beats.take()).isSameAs(first);
            assertThat(beats.take()).isSameAs(first);
        }
    }

    @Test
    void start_afterClose_beatsFromANewThread() throws Exception {
        BlockingQueue<Thread> beats = new LinkedBlockingQueue<>();
        try (Heartbeat heartbeat = Heartbeat.create(Ticker.system())) {
            heartbeat.listen(beat -> beats.add(Thread.currentThread()));
            heartbeat.start();
            Thread first = beats.take();
            heartbeat.close();
            first.join();
            beats.clear();
            heartbeat.start();
            assertThat(beats.take()).isNotSameAs(first);
        }
    }

    @Test
    void start_longAfterCreation_firstBeatIsNotLate() throws Exception {
        BlockingQueue<Beat> beats = new LinkedBlockingQueue<>();
        try (Heartbeat heartbeat = Heartbeat.create(ticker)) {
            heartbeat.listen(beats::add);
            ticker.advance(Duration.ofMinutes(1));
            heartbeat.start();
            assertThat(beats.take().lateNanos()).isZero();
        }
    }

    @Test
    void close_fromAListener_endsTheThread() throws Exception {
        Heartbeat heartbeat = Heartbeat.create(Ticker.system());
        BlockingQueue<Thread> beats = new ArrayBlockingQueue<>(1);
        heartbeat.listen(beat -> {
            heartbeat.close();
            beats.add(Thread.currentThread());
        });
        heartbeat.start();
        beats.take().join();
    }

    /** An interrupt left set would make every park return at once: the loop would then read the clock without end. */
    @Test
    void interrupt_ofTheThread_doesNotMakeItSpin() throws Exception {
        AtomicInteger readings = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        BlockingQueue<Integer> readingsAtBeat = new LinkedBlockingQueue<>();
        Ticker counting = () -> {
            readings.incrementAndGet();
            return System.nanoTime();
        };
        try (Heartbeat heartbeat = Heartbeat.create(counting)) {
            heartbeat.listen(beat -> {
                Thread.currentThread().interrupt();
                readingsAtBeat.add(readings.get());
                begun.countDown();
            });
            heartbeat.start();
            begun.await();
            int first = readingsAtBeat.take();
            int third = 0;
            for (int i = 0; i < 2; i++) {
                third = readingsAtBeat.take();
            }
            // Two per beat, one after the interrupt, and a few for parks that return early.
            assertThat(third - first).isLessThan(20);
        }
    }
}
