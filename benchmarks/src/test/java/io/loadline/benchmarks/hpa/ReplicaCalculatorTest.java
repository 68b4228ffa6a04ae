/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ReplicaCalculatorTest {
    private static final long NOW = Duration.ofHours(1).toMillis();
    private static final Duration INITIALIZATION = Duration.ofMinutes(5);
    private static final Duration READINESS_DELAY = Duration.ofSeconds(30);

    private final ReplicaCalculator calculator =
            new ReplicaCalculator(Tolerance.DEFAULT, INITIALIZATION, READINESS_DELAY);

    @Test
    void cpu_aboveTarget_addsInProportion() {
        assertThat(cpu(pods(3), 3, 30, 300, 500, 700)).hasValue(5);
    }

    @Test
    void cpu_aboveTargetWithAPodNotReady_countsItAsIdle() {
        List<PodStatus> pods = pods(3);
        pods.set(0, neverReady(0));
        assertThat(cpu(pods, 3, 30, 300, 500, 700)).hasValue(4);
    }

    @Test
    void cpu_belowTarget_removesInProportion() {
        assertThat(cpu(pods(5), 5, 50, 100, 300, 500, 250, 250)).hasValue(3);
    }

    @Test
    void cpu_missingOnTheWayDown_takesThemForFull() {
        assertThat(cpu(pods(4), 4, 100, 400, 95)).hasValue(3);
    }

    @Test
    void cpu_missingWithATargetAboveTheRequest_takesThemForOnTarget() {
        assertThat(cpu(pods(4), 4, 300, 100, 100, 100)).hasValue(2);
    }

    @Test
    void cpu_oneMissingAndOneNotReadyOnTheWayUp_takesBothForIdle() {
        List<PodStatus> pods = pods(3);
        pods.set(0, neverReady(0));
        assertThat(cpu(pods, 3, 50, 100, 2000)).hasValue(4);
    }

    @Test
    void cpu_correctionTurnsTheDirection_changesNothing() {
        List<PodStatus> pods = pods(3);
        pods.set(1, neverReady(1));
        pods.set(2, neverReady(2));
        assertThat(cpu(pods, 3, 30, 400, 500, 700)).hasValue(3);
    }

    @Test
    void cpu_sampleOfAStart_countsOnceAWindowHasPassedSinceItWasReady() {
        long window = Duration.ofSeconds(15).toMillis();
        MetricSample hot = new MetricSample(900, NOW, window);
        PodStatus young = new PodStatus("pod0", PodStatus.Phase.RUNNING, false, true, NOW - 60_000, NOW - window + 1);
        PodStatus settled = new PodStatus("pod0", PodStatus.Phase.RUNNING, false, true, NOW - 60_000, NOW - window);
        Map<String, Long> requests = Map.of("pod0", 1000L);
        assertThat(calculator.cpuUtilization(NOW, 1, List.of(young), Map.of("pod0", hot), requests, 50))
                .isEmpty();
        assertThat(calculator.cpuUtilization(NOW, 1, List.of(settled), Map.of("pod0", hot), requests, 50))
                .hasValue(2);
    }

    @Test
    void cpu_unreadyLongAfterItWasReady_stillCounts() {
        PodStatus pod = new PodStatus("pod0", PodStatus.Phase.RUNNING, false, false, 0, NOW - 60_000);
        assertThat(cpu(List.of(pod), 1, 50, 900)).hasValue(2);
    }

    @Test
    void cpu_deletedFailedAndPendingPods_doNotCount() {
        List<PodStatus> pods = pods(3);
        pods.set(0, new PodStatus("pod0", PodStatus.Phase.RUNNING, true, true, 0, 0));
        pods.set(1, new PodStatus("pod1", PodStatus.Phase.FAILED, false, false, 0, 0));
        assertThat(cpu(pods, 1, 50, 5000, 5000, 500)).hasValue(1);
        pods.set(1, new PodStatus("pod1", PodStatus.Phase.PENDING, false, false, 0, 0));
        assertThat(cpu(pods, 2, 50, 5000, 5000, 400)).hasValue(1);
    }

    @Test
    void cpu_withoutARequest_proposesNothing() {
        assertThat(calculator.cpuUtilization(NOW, 1, pods(1), samples(100), Map.of(), 50))
                .isEmpty();
    }

    @Test
    void cpu_samplesOfUnknownPodsOnly_proposesNothing() {
        Map<String, MetricSample> old = Map.of("older", new MetricSample(100, NOW, 60_000));
        assertThat(calculator.cpuUtilization(NOW, 1, pods(1), old, Map.of("pod0", 1000L), 50))
                .isEmpty();
    }

    @Test
    void pods_aboveTarget_addsInProportion() {
        assertThat(calculator.pods(3, pods(3), samples(20_000, 10_000, 30_000), 15_000))
                .hasValue(4);
    }

    @Test
    void pods_aPodNotReady_countsAllTheSame() {
        List<PodStatus> pods = pods(3);
        pods.set(2, neverReady(2));
        assertThat(calculator.pods(3, pods, samples(50_000, 10_000, 30_000), 15_000))
                .hasValue(6);
    }

    @Test
    void pods_withinTolerance_changesNothing() {
        assertThat(calculator.pods(3, pods(3), samples(20_000, 21_000, 21_000), 20_000))
                .hasValue(3);
        assertThat(calculator.pods(3, pods(3), samples(22_000, 22_000, 22_000), 20_000))
                .hasValue(3);
        assertThat(calculator.pods(3, pods(3), samples(22_003, 22_003, 22_003), 20_000))
                .hasValue(4);
    }

    @Test
    void pods_averageIsCutOff() {
        // 22,000.67, which is beyond the tolerance.
        assertThat(calculator.pods(3, pods(3), samples(22_000, 22_001, 22_001), 20_000))
                .hasValue(3);
    }

    @Test
    void pods_missing_countAsIdleOnTheWayUpAndAsOnTargetOnTheWayDown() {
        assertThat(calculator.pods(4, pods(4), samples(3_000, 3_000), 1_000)).hasValue(6);
        assertThat(calculator.pods(4, pods(4), samples(200, 200), 1_000)).hasValue(3);
    }

    @Test
    void pods_missingWhileTheOthersAreOnTarget_changesNothing() {
        assertThat(calculator.pods(5, pods(5), samples(20_000, 19_000, 21_000), 20_000))
                .hasValue(5);
    }

    @Test
    void pods_allMissing_proposesNothing() {
        assertThat(calculator.pods(3, pods(3), samples(), 20_000)).isEmpty();
    }

    @Test
    void pods_moreThanReplicasDuringAnUpdate_isNoReasonForMore() {
        assertThat(calculator.pods(2, pods(3), samples(10_000, 10_000), 17_000)).hasValue(2);
    }

    @Test
    void pods_sumBeyondALong_staysPositive() {
        assertThat(calculator.pods(2, pods(2), samples(Long.MAX_VALUE, Long.MAX_VALUE), 1))
                .hasValue(Integer.MAX_VALUE);
    }

    @Test
    void value_countsReadyPodsOnly() {
        List<PodStatus> pods = pods(3);
        pods.set(0, neverReady(0));
        pods.set(2, neverReady(2));
        assertThat(calculator.value(3, pods, 50_000, 10_000)).hasValue(5);
    }

    @Test
    void value_fromNone_isTheRatio() {
        assertThat(calculator.value(0, List.of(), 21_000, 10_000)).hasValue(3);
    }

    @Test
    void value_withoutPods_proposesNothingUnlessWithinTolerance() {
        assertThat(calculator.value(1, List.of(), 21_000, 10_000)).isEmpty();
        assertThat(calculator.value(1, List.of(), 10_000, 10_000)).hasValue(1);
    }

    @Test
    void averageValue_dividesBySetReplicas() {
        assertThat(calculator.averageValue(3, 8_600, 2_150)).hasValue(4);
    }

    @Test
    void averageValue_withinTolerance_isWhatThereIs() {
        assertThat(calculator.averageValue(4, 20_166, 5_000)).hasValue(4);
    }

    private OptionalInt cpu(List<PodStatus> pods, int current, int targetPercent, long... milli) {
        Map<String, Long> requests = new HashMap<>();
        pods.forEach(pod -> requests.put(pod.name(), 1000L));
        return calculator.cpuUtilization(NOW, current, pods, samples(milli), requests, targetPercent);
    }

    private static Map<String, MetricSample> samples(long... milli) {
        Map<String, MetricSample> samples = new HashMap<>();
        for (int i = 0; i < milli.length; i++) {
            samples.put("pod" + i, new MetricSample(milli[i], NOW, 60_000));
        }
        return samples;
    }

    private static List<PodStatus> pods(int count) {
        List<PodStatus> pods = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pods.add(new PodStatus("pod" + i, PodStatus.Phase.RUNNING, false, true, 0, 0));
        }
        return pods;
    }

    private static PodStatus neverReady(int number) {
        return new PodStatus("pod" + number, PodStatus.Phase.RUNNING, false, false, 0, 0);
    }
}
