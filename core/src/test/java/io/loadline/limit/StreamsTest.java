/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that turn into streams, of a limiter of two calls. */
class StreamsTest {
    private static final Duration BEAT = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private final ScriptedLimit algorithm = new ScriptedLimit(2);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("tested")
            .algorithm(() -> algorithm)
            .ticker(ticker)
            .maxStreams(2)
            .build();
    private final Route events = limiter.route("events");

    @Test
    void stream_givesItsPlaceBackAndIsNoLatency() {
        Permit permit = acquire();
        ticker.advance(BEAT);
        assertThat(permit.stream()).isTrue();
        assertThat(permit.stream()).as("again").isTrue();
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.streams().open()).isEqualTo(1);
        assertThat(limiter.streams().calls()).isEqualTo(1);
        acquire();
        acquire();
        assertThat(limiter.tryAcquire(events)).isNull();
        ticker.advance(Duration.ofMinutes(5));
        assertThat(permit.success()).isTrue();
        assertThat(permit.success()).isFalse();
        assertThat(limiter.streams().open()).isZero();
        assertThat(limiter.inFlight()).isEqualTo(2);
        limiter.beat();
        assertThat(algorithm.last().samples()).isZero();
        assertThat(algorithm.last().peakInFlight()).isEqualTo(2);
        assertThat(limiter.stats(events)).isEqualTo(new LimiterStats(0, 1, 0, 0, 1, 0));
    }

    @Test
    void stream_beyondTheMost_isRefusedAndStaysACall() {
        assertThat(acquire().stream()).isTrue();
        assertThat(acquire().stream()).isTrue();
        Permit third = acquire();
        assertThat(third.stream()).isFalse();
        assertThat(limiter.inFlight()).isEqualTo(1);
        assertThat(limiter.stats(events).capped()).isZero();
        limiter.streams().max(3);
        assertThat(third.stream()).isTrue();
        third.close();
        limiter.streams().max(0);
        assertThat(limiter.streams().open()).isEqualTo(2);
        assertThat(limiter.streams().hasRoom()).isFalse();
        assertThat(limiter.streams().tryBegin()).isFalse();
        assertThatThrownBy(() -> limiter.streams().max(-1)).hasMessageContaining("-1");
    }

    @Test
    void stream_inShadowAndOff_isNotRefused() {
        limiter.streams().max(0);
        limiter.enforcement(Enforcement.SHADOW);
        assertThat(acquire().stream()).isTrue();
        assertThat(limiter.stats(events).shadowCapped()).isZero();
        limiter.enforcement(Enforcement.OFF);
        assertThat(acquire().stream()).isTrue();
        assertThat(limiter.streams().open()).isEqualTo(2);
    }

    @Test
    void refusal_isCountedWhereSomebodyIsRefused_inShadowWhereHeWouldBe() {
        limiter.streams().max(1);
        Streams streams = limiter.streams();
        assertThat(streams.countRefusable(events, streams.tryBegin())).isTrue();
        assertThat(limiter.stats(events)).isEqualTo(new LimiterStats(0, 0, 0, 0, 0, 0));
        assertThat(streams.countRefusable(events, streams.tryBegin())).isFalse();
        assertThat(limiter.stats(events).capped()).isEqualTo(1);
        limiter.enforcement(Enforcement.SHADOW);
        assertThat(streams.countRefusable(events, streams.tryBegin())).isTrue();
        assertThat(limiter.stats(events).shadowCapped()).isEqualTo(1);
        limiter.enforcement(Enforcement.OFF);
        assertThat(streams.countRefusable(events, streams.tryBegin())).isTrue();
        assertThat(limiter.stats(events).shadowCapped()).isEqualTo(1);
        assertThat(limiter.stats(events).capped()).isEqualTo(1);
    }

    @Test
    void refuseAll_waitsForStreamsThatWereCalls() {
        AtomicInteger idle = new AtomicInteger();
        Permit permit = acquire();
        limiter.refuseAll(idle::incrementAndGet);
        assertThat(permit.stream()).isTrue();
        assertThat(idle).hasValue(0);
        permit.close();
        assertThat(idle).hasValue(1);
    }

    @Test
    void stream_ofARouteWithLimits_isNotCountedByThem() {
        limiter.limits("events", RouteLimits.NONE.cap(1));
        Permit permit = acquire();
        assertThat(limiter.tryAcquire(events)).isNull();
        assertThat(permit.stream()).isTrue();
        acquire();
        permit.close();
        assertThat(limiter.tryAcquire(events)).isNull();
        assertThat(limiter.inFlight()).isEqualTo(1);
    }

    @Test
    void ticket_turnsIntoAStreamsTicket() {
        long call = limiter.tryAcquireTicket(events);
        long stream = limiter.stream(call, events);
        assertThat(stream).isNotEqualTo(ConcurrencyLimiter.REFUSED);
        assertThat(limiter.stream(stream, events)).isEqualTo(stream);
        ticker.advance(BEAT);
        assertThat(limiter.age(stream)).isEqualTo(BEAT);
        limiter.release(stream, events, Outcome.SUCCESS);
        assertThat(limiter.streams().open()).isZero();
        assertThatThrownBy(() -> limiter.stream(ConcurrencyLimiter.REFUSED, events))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ticket_outsideTheLimit_turnsIntoAStreamToo() {
        limiter.enforcement(Enforcement.SHADOW);
        acquire();
        acquire();
        Permit outside = acquire();
        assertThat(outside.stream()).isTrue();
        outside.close();
        assertThat(limiter.inFlight()).isEqualTo(2);
        assertThat(limiter.streams().open()).isZero();
        assertThat(limiter.stats(events).shadowed()).isEqualTo(1);
    }

    @Test
    void streamAndEnd_byTwoThreadsAtOnce_loseNothing() throws Exception {
        limiter.streams().max(Integer.MAX_VALUE);
        Phaser together = new Phaser(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            Permit permit = acquire();
            Callable<Boolean> end = () -> {
                together.arriveAndAwaitAdvance();
                return permit.success();
            };
            Future<Boolean> ended = other.submit(end);
            together.arriveAndAwaitAdvance();
            for (int spin = random.nextInt(50); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            permit.stream();
            // Whatever it is by then, nobody else ends it.
            assertThat(ended.get()).isTrue();
            assertThat(limiter.streams().open()).isZero();
            assertThat(limiter.inFlight()).isZero();
        }
        other.shutdown();
        assertThat(limiter.stats().completed()).isEqualTo(100_000);
        assertThat(limiter.streams().calls()).isZero();
    }

    @Test
    void isStream_knowsTheTypes() {
        assertThat(Streams.isStream("text/event-stream;charset=utf-8")).isTrue();
        assertThat(Streams.isStream("APPLICATION/X-NDJSON")).isTrue();
        assertThat(Streams.isStream("application/stream+json")).isTrue();
        assertThat(Streams.isStream("application/json-seq")).isTrue();
        assertThat(Streams.isStream("application/jsonl")).isTrue();
        assertThat(Streams.isStream("application/json")).isFalse();
        assertThat(Streams.isStream("application/json;charset=utf-8")).isFalse();
        assertThat(Streams.isStream(null)).isFalse();
    }

    private Permit acquire() {
        return Objects.requireNonNull(limiter.tryAcquire(events));
    }
}
