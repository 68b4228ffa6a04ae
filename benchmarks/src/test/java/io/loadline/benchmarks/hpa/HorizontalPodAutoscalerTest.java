/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HorizontalPodAutoscalerTest {
    private static final long NOW = Duration.ofHours(1).toMillis();
    private static final ScalingRules AT_ONCE = percent(10_000, 60, 0);

    @Test
    void reconcile_defaultPolicy_doublesAtMost() {
        assertThat(reconcile(Behavior.defaults(1), 1000, 10, 50)).isEqualTo(20);
        assertThat(reconcile(Behavior.defaults(1), 1000, 2, 50)).isEqualTo(6);
    }

    @Test
    void reconcile_downPolicyWithEarlierSteps_countsFromTheBeginOfThePeriod() {
        ScalingHistory history = new ScalingHistory(new Behavior(AT_ONCE, percent(50, 120, 0)));
        history.scaled(NOW - 100_000, 112, 110);
        history.scaled(NOW - 80_000, 110, 106);
        history.scaled(NOW - 40_000, 106, 100);
        assertThat(new HorizontalPodAutoscaler(1, 1000, history).reconcile(NOW, 100, proposal(0)))
                .isEqualTo(56);
    }

    @Test
    void reconcile_bothDirectionsWithinThePeriod_countsBoth() {
        ScalingHistory history = new ScalingHistory(new Behavior(AT_ONCE, percent(50, 180, 0)));
        history.scaled(NOW - 60_000, 12, 14);
        history.scaled(NOW - 30_000, 14, 10);
        assertThat(new HorizontalPodAutoscaler(1, 1000, history).reconcile(NOW, 10, proposal(1)))
                .isEqualTo(6);
    }

    @Test
    void reconcile_eventsOlderThanEveryPeriod_areForgotten() {
        ScalingHistory history = new ScalingHistory(new Behavior(AT_ONCE, percent(50, 60, 0)));
        history.scaled(NOW - 61_000, 100, 200);
        assertThat(new HorizontalPodAutoscaler(1, 1000, history).reconcile(NOW, 100, proposal(1)))
                .isEqualTo(50);
    }

    @Test
    void stabilized_upWindow_takesTheLowestRecommendation() {
        ScalingHistory history = history(percent(10_000, 60, 300), percent(100, 60, 0));
        history.recommended(NOW - 120_000, 4);
        history.recommended(NOW - 60_000, 5);
        assertThat(history.stabilized(NOW, 1, 7)).isEqualTo(4);
    }

    @Test
    void stabilized_downWindow_takesTheHighestRecommendation() {
        ScalingHistory history = history(AT_ONCE, percent(100, 60, 180));
        history.recommended(NOW - 120_000, 4);
        history.recommended(NOW - 60_000, 5);
        assertThat(history.stabilized(NOW, 100, 3)).isEqualTo(5);
    }

    @Test
    void stabilized_bothWindows_staysWhereItIsBetweenThem() {
        ScalingHistory history = history(percent(10_000, 60, 300), percent(100, 60, 300));
        history.recommended(NOW - 6_000_000, 2);
        history.recommended(NOW - 180_000, 1);
        assertThat(history.stabilized(NOW, 2, 3)).isEqualTo(2);
    }

    @Test
    void reconcile_down_waitsForTheStabilizationWindow() {
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(1, 10, Behavior.defaults(1));
        assertThat(hpa.reconcile(NOW, 5, proposal(5))).isEqualTo(5);
        assertThat(hpa.reconcile(NOW + 15_000, 5, proposal(2))).isEqualTo(5);
        assertThat(hpa.reconcile(NOW + 299_000, 5, proposal(2))).isEqualTo(5);
        assertThat(hpa.reconcile(NOW + 300_000, 5, proposal(2))).isEqualTo(2);
    }

    @Test
    void reconcile_faster_scalesEveryTime() {
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(1, 10, Behavior.defaults(5));
        assertThat(hpa.reconcile(NOW, 5, proposal(5))).isEqualTo(5);
        assertThat(hpa.reconcile(NOW + 59_000, 5, proposal(2))).isEqualTo(5);
        assertThat(hpa.reconcile(NOW + 60_000, 5, proposal(2))).isEqualTo(2);
    }

    @Test
    void reconcile_outsideOfTheBounds_returnsAtOnceWhateverTheMetricsSay() {
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(2, 6, Behavior.defaults(1));
        assertThat(hpa.reconcile(NOW, 20, List.of(OptionalInt.empty()))).isEqualTo(6);
        assertThat(hpa.reconcile(NOW, 1, List.of(OptionalInt.empty()))).isEqualTo(2);
        assertThat(hpa.reconcile(NOW, 6, proposal(50))).isEqualTo(6);
    }

    @Test
    void reconcile_switchedOff_staysSo() {
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(2, 6, Behavior.defaults(1));
        assertThat(hpa.reconcile(NOW, 0, proposal(5))).isZero();
    }

    @Test
    void reconcile_severalMetrics_takesTheLargestUnlessAFailedOneMightBeLarger() {
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(1, 10, new Behavior(AT_ONCE, percent(100, 60, 0)));
        assertThat(hpa.reconcile(NOW, 4, List.of(OptionalInt.of(3), OptionalInt.of(6))))
                .isEqualTo(6);
        assertThat(hpa.reconcile(NOW, 4, List.of(OptionalInt.empty(), OptionalInt.of(6))))
                .isEqualTo(6);
        assertThat(hpa.reconcile(NOW, 4, List.of(OptionalInt.empty(), OptionalInt.of(3))))
                .isEqualTo(4);
        assertThat(hpa.reconcile(NOW, 4, List.of(OptionalInt.empty()))).isEqualTo(4);
    }

    @Test
    void limits_severalPolicies_followTheSelection() {
        List<ScalingPolicy> policies = List.of(
                new ScalingPolicy(ScalingPolicy.Unit.PODS, 2, Duration.ofMinutes(1)),
                new ScalingPolicy(ScalingPolicy.Unit.PERCENT, 50, Duration.ofMinutes(1)));
        for (ScalingRules.Select select : ScalingRules.Select.values()) {
            ScalingRules rules = new ScalingRules(Duration.ZERO, select, policies);
            ScalingHistory history = history(rules, rules);
            switch (select) {
                case MAX ->
                    assertThat(List.of(history.highest(NOW, 11), history.lowest(NOW, 11)))
                            .containsExactly(17, 5);
                case MIN ->
                    assertThat(List.of(history.highest(NOW, 11), history.lowest(NOW, 11)))
                            .containsExactly(13, 9);
                case DISABLED ->
                    assertThat(List.of(history.highest(NOW, 11), history.lowest(NOW, 11)))
                            .containsExactly(11, 11);
            }
        }
    }

    @Test
    void limits_periodUsedUp_neverTurnTheDirection() {
        ScalingHistory history = history(percent(10, 120, 0), percent(10, 120, 0));
        history.scaled(NOW - 60_000, 130, 100);
        assertThat(history.lowest(NOW, 100)).isEqualTo(100);
        history.scaled(NOW - 30_000, 40, 100);
        assertThat(history.highest(NOW, 100)).isEqualTo(100);
    }

    @Test
    void nonsense_isRefused() {
        assertThatThrownBy(() -> new HorizontalPodAutoscaler(0, 5, Behavior.defaults(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0, 5");
        assertThatThrownBy(() -> new HorizontalPodAutoscaler(3, 2, Behavior.defaults(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ScalingRules(Duration.ZERO, ScalingRules.Select.MAX, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MAX");
    }

    private static int reconcile(Behavior behavior, int max, int current, int desired) {
        return new HorizontalPodAutoscaler(1, max, behavior).reconcile(NOW, current, proposal(desired));
    }

    private static List<OptionalInt> proposal(int replicas) {
        return List.of(OptionalInt.of(replicas));
    }

    private static ScalingHistory history(ScalingRules up, ScalingRules down) {
        return new ScalingHistory(new Behavior(up, down));
    }

    private static ScalingRules percent(int percent, int periodSeconds, int stabilizationSeconds) {
        return new ScalingRules(
                Duration.ofSeconds(stabilizationSeconds),
                ScalingRules.Select.MAX,
                List.of(new ScalingPolicy(ScalingPolicy.Unit.PERCENT, percent, Duration.ofSeconds(periodSeconds))));
    }
}
