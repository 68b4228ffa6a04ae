/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Single decisions; what they add up to is in {@link OverloadTest}. */
class LimitAlgorithmsTest {
    private static final long WINDOW = 500_000_000L;
    private static final long BASELINE = 20_000_000L;

    private final AdaptiveLimit adaptive = AdaptiveLimit.builder()
            .limits(2, 100)
            .initialLimit(10)
            .warmUp(Duration.ZERO, 0)
            .build();

    @Test
    void adaptive_reachedWithoutCongestion_growsQuicklyUntilTheFirst() {
        assertThat(adaptive.decide(window(100, 1, 10, 10)).limit()).isEqualTo(15);
        assertThat(adaptive.decide(window(150, 1, 15, 15)).limit()).isEqualTo(23);
        int cut = adaptive.decide(window(150, 2.5, 23, 23)).limit();
        // The threshold is 1 + 4 / sqrt(23), and half of what exceeds it is to go.
        assertThat(cut).isEqualTo(17);
        LimitDecision grown = adaptive.decide(window(200, 1, cut, cut));
        assertThat(grown.limit()).isBetween(cut + 1, cut + 3);
        assertThat(grown.reason()).isEqualTo("reached without congestion");
    }

    @Test
    void adaptive_notReached_doesNotGrow() {
        assertThat(adaptive.decide(window(100, 1, 10, 5)).limit()).isEqualTo(10);
    }

    @Test
    void adaptive_notReachedButNearly_getsRoomForTwiceWhatIsInUse() {
        int limit = 10;
        for (int i = 0; i < 100; i++) {
            limit = adaptive.decide(window(100, 1, limit, 9)).limit();
        }
        assertThat(limit).isEqualTo(18);
    }

    @Test
    void adaptive_congestedButNotReached_isNotCutBelowWhatIsInUse() {
        int limit = adaptive.decide(window(100, 1, 10, 8)).limit();
        for (int i = 0; i < 3; i++) {
            limit = adaptive.decide(window(10, 3, limit, 5)).limit();
        }
        // Eight, remembered a little less with each window.
        assertThat(limit).isEqualTo(7);
    }

    /** 1,000 calls a second of 20 ms are twenty at once; nine tenths of them stay, although cuts change nothing. */
    @Test
    void adaptive_congestedInShadow_staysAtWhatTheThroughputNeeds() {
        int limit = 40;
        AdaptiveLimit shadowed = AdaptiveLimit.builder()
                .initialLimit(limit)
                .warmUp(Duration.ZERO, 0)
                .build();
        for (int i = 0; i < 20; i++) {
            limit = shadowed.decide(window(500, 9, limit, 200)).limit();
        }
        assertThat(limit).isEqualTo(18);
    }

    @Test
    void adaptive_fewFailures_areNoOverload() {
        assertThat(adaptive.decide(failures(500, 2, 10)).limit()).isGreaterThanOrEqualTo(10);
        assertThat(adaptive.decide(failures(500, 10, 10)).limit()).isGreaterThanOrEqualTo(10);
    }

    @Test
    void adaptive_manyFailuresAtTheLimit_cutByTheirShare() {
        LimitDecision cut = adaptive.decide(failures(400, 100, 10));
        assertThat(cut.limit()).isEqualTo(8);
        assertThat(cut.reason()).isEqualTo("failures: 100 of 500 calls");
        assertThat(adaptive.decide(failures(0, 100, 8)).limit()).isEqualTo(4);
    }

    @Test
    void adaptive_manyFailuresBelowTheLimit_cutNothing() {
        assertThat(adaptive.decide(
                                samples(400, 1).count(100, StripedStats.DROPPED).window(WINDOW, 10, 5))
                        .limit())
                .isEqualTo(10);
    }

    /** A dependency that is down fails the same share at any limit; shedding the healthy rest cures nothing. */
    @Test
    void adaptive_failuresThatDoNotFollowTheLimit_endTheCuts() {
        LimitDecision decision = adaptive.decide(failures(400, 100, 10));
        while (decision.limit() > 6) {
            decision = adaptive.decide(failures(400, 100, decision.limit()));
        }
        decision = adaptive.decide(failures(400, 100, 6));
        assertThat(decision.reason()).isEqualTo("failures do not follow the limit");
        assertThat(decision.limit()).as("what four fifths of the calls need").isEqualTo(8);
        for (int i = 0; i < 100; i++) {
            decision = adaptive.decide(failures(400, 100, decision.limit()));
            assertThat(decision.limit()).isGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void adaptive_failuresThatFollowTheLimit_cutOn() {
        double share = 0.5;
        int limit = 10;
        for (int i = 0; i < 10; i++) {
            int failed = (int) (500 * share);
            limit = adaptive.decide(failures(500 - failed, failed, limit)).limit();
            share *= 0.7;
        }
        assertThat(limit).isLessThan(5);
    }

    /** Everything hangs: nothing is known about more calls, least of all that they brought no more throughput. */
    @Test
    void adaptive_reachedWhileNothingEnds_stays() {
        for (int i = 0; i < 30; i++) {
            assertThat(adaptive.decide(window(0, 1, 10, 10)).limit()).isEqualTo(10);
        }
    }

    @Test
    void adaptive_longUnused_fallsTowardsWhatIsUsed() {
        AdaptiveLimit large = AdaptiveLimit.builder()
                .limits(2, 1000)
                .initialLimit(10)
                .warmUp(Duration.ZERO, 0)
                .build();
        int limit = 10;
        for (int i = 0; i < 10; i++) {
            limit = large.decide(window(100 * (i + 1), 1, limit, limit)).limit();
        }
        assertThat(limit).isGreaterThan(400);
        for (int i = 0; i < 300; i++) {
            limit = large.decide(window(100, 1, limit, 6)).limit();
        }
        assertThat(limit).isBetween(24, 26);
    }

    @Test
    void adaptive_warmUp_endsByCallsOrTime() {
        AdaptiveLimit byCalls = AdaptiveLimit.builder()
                .initialLimit(10)
                .warmUp(Duration.ofHours(1), 250)
                .build();
        assertThat(warmAfter(byCalls, 100)).isEqualTo(3);
        AdaptiveLimit byTime = AdaptiveLimit.builder()
                .initialLimit(10)
                .warmUp(Duration.ofSeconds(2), 1_000_000)
                .build();
        assertThat(warmAfter(byTime, 100)).isEqualTo(4);
        AdaptiveLimit bySamples = AdaptiveLimit.builder()
                .initialLimit(10)
                .warmUp(Duration.ofMillis(1), 1)
                .build();
        assertThat(warmAfter(bySamples, 10)).as("at least thirty calls").isEqualTo(3);
    }

    @Test
    void adaptive_warmUp_idleTimeDoesNotCount() {
        AdaptiveLimit algorithm =
                AdaptiveLimit.builder().warmUp(Duration.ofSeconds(2), 1_000).build();
        for (int i = 0; i < 100; i++) {
            algorithm.decide(window(0, 1, 10, 0));
        }
        assertThat(algorithm.isWarm()).isFalse();
    }

    /** A dependency that hangs from the start leaves no latencies; the limit must hold all the same. */
    @Test
    void adaptive_warmUp_endsThoughEveryCallFails() {
        AdaptiveLimit algorithm = AdaptiveLimit.builder()
                .initialLimit(10)
                .warmUp(Duration.ofHours(1), 250)
                .build();
        for (int i = 0; i < 3; i++) {
            algorithm.decide(failures(0, 100, 10));
        }
        assertThat(algorithm.isWarm()).isTrue();
    }

    @Test
    void adaptive_warmUp_endsInAFlood() {
        AdaptiveLimit algorithm = AdaptiveLimit.builder().initialLimit(10).build();
        algorithm.decide(window(100, 1, 10, 40));
        assertThat(algorithm.isWarm()).isFalse();
        algorithm.decide(window(100, 3, 15, 5));
        assertThat(algorithm.isWarm()).as("slow, but the limit is not reached").isFalse();
        algorithm.decide(window(100, 3, 15, 90));
        assertThat(algorithm.isWarm()).isTrue();
    }

    @Test
    void adaptive_isComplete_byTimeAndSamples() {
        assertThat(adaptive.isComplete(window(19, 1, 10, 5))).isFalse();
        assertThat(adaptive.isComplete(window(20, 1, 10, 5))).isTrue();
        assertThat(samples(100, 1).window(199_000_000L, 10, 5)).matches(w -> !adaptive.isComplete(w));
        assertThat(samples(0, 1).window(3_000_000_000L, 10, 0)).matches(adaptive::isComplete);
        assertThat(samples(100, 30).window(WINDOW, 10, 5))
                .as("latency is 600 ms")
                .matches(w -> !adaptive.isComplete(w));
    }

    @Test
    void cuts_latencyDoesNotFollow_areTakenBackAndTheLatencyIsAdopted() {
        int limit = calmAt(200);
        // Calls take nine times as long: congested, and throughput has fallen.
        LimitDecision decision = adaptive.decide(window(25, 9, limit, limit));
        assertThat(decision.limit()).isLessThan(limit);
        assertThat(decision.adoptLatency()).isFalse();
        decision = adaptive.decide(window(14, 9, decision.limit(), decision.limit()));
        assertThat(decision.adoptLatency()).isTrue();
        // 400 a second before, 180 ms now.
        assertThat(decision.limit()).isEqualTo(72);
    }

    @Test
    void cuts_latencyFollows_goOn() {
        int limit = calmAt(200);
        double stretch = 6;
        while (stretch > 3) {
            LimitDecision decision = adaptive.decide(window(50, stretch, limit, limit));
            assertThat(decision.adoptLatency()).isFalse();
            assertThat(decision.limit()).isLessThan(limit);
            stretch *= (double) decision.limit() / limit;
            limit = decision.limit();
        }
    }

    /** Until a flood that came in before there was a limit has drained away, latency says nothing of the cuts. */
    @Test
    void cuts_callsInFlightDoNotFollowYet_areNotJudged() {
        int limit = calmAt(200);
        for (int peak = 400; peak > 100; peak = peak * 7 / 10) {
            LimitDecision decision = adaptive.decide(window(200, 9, limit, peak));
            assertThat(decision.adoptLatency()).isFalse();
            limit = decision.limit();
        }
    }

    @Test
    void cuts_ofCallsLongerThanTheWindow_areNotJudged() {
        int limit = calmAt(200);
        for (int i = 0; i < 10; i++) {
            LimitDecision decision = adaptive.decide(samples(25, 9).window(100_000_000L, limit, limit));
            assertThat(decision.adoptLatency()).isFalse();
            limit = decision.limit();
        }
    }

    @Test
    void aimd_growsByOneAndShrinksByAFactorOncePerWindow() {
        AimdLimit aimd = AimdLimit.builder().initialLimit(20).tolerance(0.1).build();
        assertThat(aimd.decide(window(100, 5, 20, 20)).limit()).isEqualTo(21);
        assertThat(aimd.decide(window(100, 5, 21, 3)).limit()).isEqualTo(21);
        assertThat(aimd.decide(failures(80, 20, 20)).limit()).isEqualTo(19);
        assertThat(aimd.decide(failures(95, 5, 20)).limit()).isEqualTo(20);
    }

    /** Windows of a few calls would never teach a baseline, and without one there is no demand. */
    @Test
    void aimd_isComplete_withEnoughForABaselineOrAFailure() {
        AimdLimit aimd = AimdLimit.builder().build();
        assertThat(aimd.isComplete(window(19, 1, 20, 20))).isFalse();
        assertThat(aimd.isComplete(window(20, 1, 20, 20))).isTrue();
        assertThat(aimd.isComplete(failures(1, 1, 20))).isTrue();
    }

    @Test
    void fixed_neverMoves() {
        FixedLimit fixed = FixedLimit.of(3);
        assertThat(fixed.initialLimit()).isEqualTo(3);
        assertThat(fixed.decide(window(100, 9, 3, 3)).limit()).isEqualTo(3);
        assertThat(fixed.isComplete(window(20, 1, 3, 3))).isTrue();
        assertThat(fixed.isComplete(window(19, 1, 3, 3))).isFalse();
    }

    /** Several windows at the initial limit, not reached. */
    private int calmAt(int calls) {
        for (int i = 0; i < 20; i++) {
            adaptive.decide(window(calls, 1, 10, 5));
        }
        return 10;
    }

    private static int warmAfter(AdaptiveLimit algorithm, int callsPerWindow) {
        for (int windows = 1; ; windows++) {
            algorithm.decide(window(callsPerWindow, 1, 10, 5));
            if (algorithm.isWarm()) {
                return windows;
            }
        }
    }

    private static LimitWindow window(int calls, double stretch, int limit, int peak) {
        return samples(calls, stretch).window(WINDOW, limit, peak);
    }

    /** A window in which the limit was reached. */
    private static LimitWindow failures(int succeeded, int dropped, int limit) {
        return samples(succeeded, 1).count(dropped, StripedStats.DROPPED).window(WINDOW, limit, limit);
    }

    private static Samples samples(int calls, double stretch) {
        Samples samples = new Samples(1);
        samples.route(0).baselineNanos(BASELINE);
        for (int i = 0; i < calls; i++) {
            samples.add(0, Math.round(stretch * BASELINE));
        }
        return samples;
    }
}
