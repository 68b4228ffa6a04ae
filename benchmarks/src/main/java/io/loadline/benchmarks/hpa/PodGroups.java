/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which pods count. Immutable.
 *
 * @param measured how many have a sample that counts
 * @param unready their samples do not count
 * @param missing they have none
 * @param ignored they and their samples are as good as gone
 */
record PodGroups(int measured, Set<String> unready, Set<String> missing, Set<String> ignored) {
    /** Readiness is looked at for CPU only: {@code nowMillis} and the times decide whether a sample is of a start. */
    record CpuRule(long nowMillis, Duration initialization, Duration initialReadinessDelay) {
        boolean isUnready(PodStatus pod, MetricSample sample) {
            if (pod.startMillis() + initialization.toMillis() > nowMillis) {
                return !pod.ready() || sample.timestampMillis() < pod.transitionMillis() + sample.windowMillis();
            }
            // It has never been ready.
            return !pod.ready() && pod.startMillis() + initialReadinessDelay.toMillis() > pod.transitionMillis();
        }
    }

    /** For a metric of which readiness is no part. */
    static PodGroups of(List<PodStatus> pods, Map<String, MetricSample> samples) {
        return of(pods, samples, (pod, sample) -> false);
    }

    static PodGroups of(List<PodStatus> pods, Map<String, MetricSample> samples, CpuRule rule) {
        return of(pods, samples, rule::isUnready);
    }

    private interface Unready {
        boolean test(PodStatus pod, MetricSample sample);
    }

    private static PodGroups of(List<PodStatus> pods, Map<String, MetricSample> samples, Unready isUnready) {
        int measured = 0;
        Set<String> unready = new HashSet<>();
        Set<String> missing = new HashSet<>();
        Set<String> ignored = new HashSet<>();
        for (PodStatus pod : pods) {
            MetricSample sample = samples.get(pod.name());
            if (pod.ignored()) {
                ignored.add(pod.name());
            } else if (pod.phase() == PodStatus.Phase.PENDING) {
                unready.add(pod.name());
            } else if (sample == null) {
                missing.add(pod.name());
            } else if (isUnready.test(pod, sample)) {
                unready.add(pod.name());
            } else {
                measured++;
            }
        }
        return new PodGroups(measured, unready, missing, ignored);
    }
}
