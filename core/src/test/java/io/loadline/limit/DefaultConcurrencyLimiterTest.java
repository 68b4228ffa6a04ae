/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What the limiter does apart from calls: enforcement, warm-up, stalls, sampling, refusing everything. */
class DefaultConcurrencyLimiterTest {
    private static final Duration BEAT = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private final ScriptedLimit algorithm = new ScriptedLimit(2);
    private ConcurrencyLimiter limiter = limiter(Enforcement.ENFORCE);

    @Test
    void release_twice_throws() {
        long ticket = limiter.tryAcquireTicket(limiter.otherRoute());
        limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS);
        assertThatThrownBy(() -> limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS))
                .isInstanceOf(IllegalStateException.class);
        assertThat(limiter.stats().completed()).isEqualTo(1);
    }

    @Test
    void release_ofNoTicketOrAnothersRoute_throwsAndChangesNothing() {
        Route strange = limiter(Enforcement.ENFORCE).route("strange");
        long ticket = limiter.tryAcquireTicket(limiter.otherRoute());
        assertThatThrownBy(() -> limiter.release(ConcurrencyLimiter.REFUSED, limiter.otherRoute(), Outcome.SUCCESS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limiter.release(ticket, strange, Outcome.SUCCESS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("strange");
        assertThatThrownBy(() -> limiter.tryAcquireTicket(strange)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limiter.stats(strange)).isInstanceOf(IllegalArgumentException.class);
        assertThat(limiter.inFlight()).isEqualTo(1);
    }

    @Test
    void ticket_ofTheFirstNanosecond_isNotRefused() {
        assertThat(limiter.tryAcquireTicket(limiter.otherRoute())).isNotEqualTo(ConcurrencyLimiter.REFUSED);
    }

    @Test
    void latency_isMeasuredAcrossTheWrapOfTheClock() {
        long ticket = limiter.tryAcquireTicket(limiter.otherRoute());
        // The manual ticker wraps after one second.
        ticker.advance(Duration.ofSeconds(3));
        limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS);
        limiter.beat();
        assertThat(algorithm.last().meanRttNanos()).isEqualTo(3e9);
        assertThat(algorithm.last().durationNanos()).isEqualTo(3_000_000_000L);
    }

    @Test
    void latency_ofCallsThatFailed_isNotUsed() {
        for (Outcome outcome : Outcome.values()) {
            long ticket = limiter.tryAcquireTicket(limiter.otherRoute());
            ticker.advance(BEAT);
            limiter.release(ticket, limiter.otherRoute(), outcome);
        }
        limiter.beat();
        assertThat(algorithm.last().completed()).isEqualTo(3);
        assertThat(algorithm.last().samples()).isEqualTo(1);
        assertThat(algorithm.last().dropped()).isEqualTo(1);
    }

    @Test
    void sloCounts_ofCallsThatSucceeded_areGoodUpToTheEndOfTheTime() {
        limiter = promising();
        for (int beats : new int[] {1, 2, 3}) {
            long ticket = acquire();
            ticker.advance(BEAT.multipliedBy(beats));
            release(ticket);
        }
        assertThat(limiter.slo()).contains(Duration.ofMillis(200));
        assertThat(limiter.sloCounts(limiter.otherRoute())).isEqualTo(new SloCounts(2, 1));
        assertThat(limiter.sloCounts(limiter.route("elsewhere"))).isEqualTo(SloCounts.ZERO);
        assertThat(limiter.sloCountsByRoute())
                .containsOnly(
                        Map.entry(limiter.otherRoute(), new SloCounts(2, 1)),
                        Map.entry(limiter.route("elsewhere"), SloCounts.ZERO));
    }

    /** Whoever called got nothing, whoever was right. */
    @Test
    void sloCounts_ofWhatFailedForWantOfCapacityOrWasRefused_areBad() {
        limiter = promising();
        Route capped = limiter.route("capped");
        limiter.limits("capped", RouteLimits.NONE.cap(1));
        long ticket = limiter.tryAcquireTicket(capped);
        assertThat(limiter.tryAcquireTicket(capped)).isEqualTo(ConcurrencyLimiter.REFUSED);
        assertThat(limiter.sloCounts(capped)).isEqualTo(new SloCounts(0, 1));
        long dropped = acquire();
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        limiter.release(dropped, limiter.otherRoute(), Outcome.DROPPED);
        limiter.release(acquire(), limiter.otherRoute(), Outcome.IGNORED);
        assertThat(limiter.sloCounts(limiter.otherRoute())).isEqualTo(new SloCounts(0, 2));
        limiter.refuseAll(() -> {});
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        assertThat(limiter.sloCounts(limiter.otherRoute())).isEqualTo(new SloCounts(0, 3));
        limiter.release(ticket, capped, Outcome.SUCCESS);
        assertThat(limiter.sloCounts(capped)).isEqualTo(new SloCounts(1, 1));
    }

    @Test
    void sloCounts_whereOneOfManyIsTimed_areThoseOfAll() {
        limiter = ConcurrencyLimiter.builder("work")
                .algorithm(() -> new ScriptedLimit(5_000))
                .ticker(ticker)
                .slo(Duration.ofMillis(50))
                .build();
        for (int round = 0; round < 40; round++) {
            long[] slow = new long[200];
            for (int i = 0; i < slow.length; i++) {
                slow[i] = acquire();
            }
            for (int i = 0; i < 600; i++) {
                release(acquire());
            }
            beat();
            for (long ticket : slow) {
                release(ticket);
            }
        }
        limiter.beat();
        SloCounts counts = limiter.sloCounts(limiter.otherRoute());
        assertThat(counts.total()).isCloseTo(32_000, within(800L));
        assertThat((double) counts.good() / counts.total()).isCloseTo(0.75, within(0.02));
    }

    @Test
    void sloCounts_withoutAnSlo_areZero() {
        release(acquire());
        assertThat(limiter.slo()).isEmpty();
        assertThat(limiter.sloCounts(limiter.otherRoute())).isEqualTo(SloCounts.ZERO);
    }

    private ConcurrencyLimiter promising() {
        return ConcurrencyLimiter.builder("work")
                .algorithm(() -> algorithm)
                .ticker(ticker)
                .slo(Duration.ofMillis(200))
                .build();
    }

    @Test
    void enforcement_changesWhileCallsRun_eachIsReleasedAsItWasAdmitted() {
        long first = acquire();
        long second = acquire();
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        limiter.enforcement(Enforcement.SHADOW);
        assertThat(limiter.isEnforcing()).isFalse();
        long outside = acquire();
        limiter.enforcement(Enforcement.OFF);
        long over = acquire();
        assertThat(limiter.inFlight()).isEqualTo(4);
        limiter.enforcement(Enforcement.ENFORCE);
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        release(first);
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        release(outside);
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        release(over);
        release(second);
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats()).isEqualTo(new LimiterStats(4, 0, 0, 1, 4, 0));
    }

    @Test
    void warmUp_nothingIsRefused_thenTheLimitHolds() {
        algorithm.isWarm(false);
        limiter = limiter(Enforcement.ENFORCE);
        for (int i = 0; i < 5; i++) {
            assertThat(acquire()).isNotEqualTo(ConcurrencyLimiter.REFUSED);
        }
        assertThat(limiter.isEnforcing()).isFalse();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        beat();
        assertThat(limiter.isEnforcing()).isFalse();
        algorithm.isWarm(true);
        beat();
        assertThat(limiter.isEnforcing()).isTrue();
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
    }

    @Test
    void warmUp_inShadow_countsNothingAsRefused() {
        algorithm.isWarm(false);
        limiter = limiter(Enforcement.SHADOW);
        acquire();
        acquire();
        release(acquire());
        assertThat(limiter.stats().shadowed()).isZero();
        beat();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
    }

    @Test
    void decision_movesTheLimitAndIsKept() {
        algorithm.thenDecides(7, 7, -5, Integer.MAX_VALUE);
        assertThat(limiter.lastDecision().reason()).isEqualTo("initial limit");
        beat();
        assertThat(limiter.limit()).isEqualTo(7);
        assertThat(limiter.lastDecision()).isEqualTo(LimitDecision.of(7, "scripted 7"));
        beat();
        beat();
        assertThat(limiter.limit()).isEqualTo(1);
        beat();
        assertThat(limiter.limit()).isEqualTo(ConcurrencyLimiter.MAX_LIMIT);
    }

    @Test
    void algorithm_throwsAnything_theLimitStaysAndItIsAskedAgain() {
        algorithm.thenDecides(5);
        beat();
        for (Throwable failure :
                new Throwable[] {new IllegalStateException("planned"), new AssertionError("planned")}) {
            algorithm.throwsFromNowOn(failure);
            beat();
            assertThat(limiter.limit()).isEqualTo(5);
        }
        algorithm.throwsFromNowOn(null);
        algorithm.thenDecides(6);
        beat();
        assertThat(limiter.limit()).isEqualTo(6);
        assertThat(algorithm.all())
                .allSatisfy(window -> assertThat(window.durationNanos()).isEqualTo(BEAT.toNanos()));
    }

    @Test
    void cpuUtilization_throws_isUnknownAndTheLimitMovesOn() {
        limiter = ConcurrencyLimiter.builder("unreadable")
                .algorithm(() -> algorithm)
                .ticker(ticker)
                .cpuUtilization(() -> {
                    throw new IllegalStateException("planned");
                })
                .build();
        algorithm.thenDecides(7);
        beat();
        assertThat(limiter.limit()).isEqualTo(7);
        assertThat(algorithm.last().cpuUtilization()).isNaN();
    }

    @Test
    void window_holdsWhatHappenedInIt() {
        long first = acquire();
        long second = acquire();
        acquire();
        release(first);
        beat();
        LimitWindow window = algorithm.last();
        assertThat(window.peakInFlight()).isEqualTo(2);
        assertThat(window.binding()).isTrue();
        assertThat(window.shed()).isEqualTo(1);
        assertThat(window.completed()).isEqualTo(1);
        assertThat(window.throughput()).isEqualTo(10);
        release(second);
        beat();
        assertThat(algorithm.last().peakInFlight()).as("what ran when it began").isEqualTo(1);
        assertThat(algorithm.last().shed()).isZero();
        beat();
        assertThat(algorithm.last().peakInFlight()).isZero();
        assertThat(algorithm.last().binding()).isFalse();
    }

    @Test
    void stalled_latenciesOfTheStallAndItsEchoAreNotUsed() {
        long stalled = acquire();
        ticker.advance(Duration.ofSeconds(1));
        release(stalled);
        limiter.stalled(Duration.ofSeconds(1));
        beat();
        long echo = acquire();
        ticker.advance(Duration.ofMillis(99));
        release(echo);
        ticker.advance(Duration.ofMillis(1));
        limiter.beat();
        assertThat(algorithm.all())
                .allSatisfy(window -> assertThat(window.samples()).isZero());
        assertThat(limiter.stats().completed()).isEqualTo(2);

        long after = acquire();
        ticker.advance(BEAT);
        release(after);
        limiter.beat();
        assertThat(algorithm.last().samples()).isEqualTo(1);
    }

    @Test
    void stalled_allTheTime_latenciesAreUsedNevertheless() {
        long samples = 0;
        for (int i = 0; i < 60; i++) {
            limiter.stalled(BEAT);
            long ticket = acquire();
            ticker.advance(BEAT);
            release(ticket);
            limiter.beat();
            samples += algorithm.last().samples();
        }
        assertThat(samples).isBetween(45L, 55L);
    }

    @Test
    void sampling_atHighRates_countsStayExactAndFewAreTimed() {
        long timed = 0;
        int perBeat = 3_200;
        for (int beat = 0; beat < 30; beat++) {
            for (int i = 0; i < perBeat; i++) {
                release(acquire());
            }
            beat();
            timed = algorithm.last().samples();
            assertThat(algorithm.last().completed()).isEqualTo(perBeat);
        }
        assertThat(limiter.stats().succeeded()).isEqualTo(30L * perBeat);
        // 32,000 a second: one of 16.
        assertThat(timed).isBetween(perBeat / 16 - 2L, perBeat / 16 + 2L);
        for (int beat = 0; beat < 11; beat++) {
            release(acquire());
            beat();
        }
        release(acquire());
        beat();
        assertThat(algorithm.last().samples()).as("after a quiet second").isEqualTo(1);
    }

    @Test
    void refuseAll_idle_callsBackAtOnceAndOnce() {
        AtomicInteger idle = new AtomicInteger();
        limiter.refuseAll(idle::incrementAndGet);
        assertThat(idle).hasValue(1);
        assertThat(acquire()).isEqualTo(ConcurrencyLimiter.REFUSED);
        assertThat(limiter.rejectionReason()).isEqualTo(RejectionReason.DRAINING);
        assertThat(limiter.stats().refused()).isEqualTo(1);
        limiter.resume();
        assertThat(limiter.rejectionReason()).isEqualTo(RejectionReason.LIMIT);
        release(acquire());
        assertThat(idle).hasValue(1);
    }

    @Test
    void refuseAll_callsRun_callsBackWithTheLast() {
        limiter.enforcement(Enforcement.SHADOW);
        long first = acquire();
        long second = acquire();
        long outside = acquire();
        AtomicInteger idle = new AtomicInteger();
        limiter.refuseAll(idle::incrementAndGet);
        release(first);
        release(second);
        assertThat(idle).hasValue(0);
        release(outside);
        assertThat(idle).hasValue(1);
    }

    @Test
    void resume_whileCallsRun_nobodyIsCalledBack() {
        long ticket = acquire();
        AtomicInteger idle = new AtomicInteger();
        limiter.refuseAll(idle::incrementAndGet);
        limiter.resume();
        release(ticket);
        release(acquire());
        assertThat(idle).hasValue(0);
    }

    @Test
    void refuseAll_listenerThrows_theReleasingThreadDoesNotSeeIt() {
        for (Throwable failure :
                new Throwable[] {new IllegalStateException("planned"), new AssertionError("planned")}) {
            long ticket = acquire();
            limiter.refuseAll(() -> Sneaky.sneakyThrow(failure));
            release(ticket);
            assertThat(limiter.inFlight()).isZero();
            limiter.resume();
        }
    }

    /** Between a release and its announcement, which are arranged around the reading of the clock. */
    @Test
    void refuseAll_againBeforeTheLastReleaseAnnounces_callsNobodyWhileACallRuns() {
        AtomicReference<Runnable> atNextReading = new AtomicReference<>();
        limiter = ConcurrencyLimiter.builder("tested")
                .algorithm(() -> algorithm)
                .ticker(() -> {
                    Runnable action = atNextReading.getAndSet(null);
                    if (action != null) {
                        action.run();
                    }
                    return ticker.read();
                })
                .build();
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        long[] held = new long[1];
        long last = acquire();
        limiter.refuseAll(first::incrementAndGet);
        atNextReading.set(() -> {
            assertThat(limiter.inFlight()).isZero();
            limiter.resume();
            held[0] = acquire();
            limiter.refuseAll(second::incrementAndGet);
        });
        release(last);
        assertThat(second).as("while a call runs").hasValue(0);
        release(held[0]);
        assertThat(second).hasValue(1);
        assertThat(first).as("resumed before it was told").hasValue(0);
    }

    /** Releases race with refusing, resuming and refusing again: no listener is called while a call runs, nor twice. */
    @Test
    void refuseAll_againAndAgainWhileCallsEnd_isRightEachTime() throws Exception {
        int rounds = 5_000;
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        long[] ticket = new long[1];
        Future<?> releaser = executor.submit(() -> {
            for (int i = 0; i < rounds; i++) {
                together.await();
                release(ticket[0]);
                together.await();
            }
            return null;
        });
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        for (int i = 0; i < rounds; i++) {
            ticket[0] = acquire();
            limiter.refuseAll(first::incrementAndGet);
            together.await();
            limiter.resume();
            long held = acquire();
            limiter.refuseAll(() -> {
                second.incrementAndGet();
                if (limiter.inFlight() != 0) {
                    wrong.incrementAndGet();
                }
            });
            release(held);
            together.await();
            assertThat(second).hasValue(i + 1);
            limiter.resume();
        }
        releaser.get();
        executor.shutdown();
        assertThat(wrong).hasValue(0);
        assertThat(first.get()).isLessThanOrEqualTo(rounds);
        assertThat(limiter.inFlight()).isZero();
    }

    private long acquire() {
        return limiter.tryAcquireTicket(limiter.otherRoute());
    }

    private void release(long ticket) {
        limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS);
    }

    private void beat() {
        ticker.advance(BEAT);
        limiter.beat();
    }

    private ConcurrencyLimiter limiter(Enforcement enforcement) {
        return ConcurrencyLimiter.builder("tested")
                .algorithm(() -> algorithm)
                .enforcement(enforcement)
                .ticker(ticker)
                .cpuUtilization(() -> 0.5)
                .build();
    }
}
