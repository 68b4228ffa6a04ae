/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.Prometheus;
import io.loadline.benchmarks.hpa.MetricSample;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What an adapter tells the controller of pods. Stateless. */
final class PodMetrics {
    private PodMetrics() {}

    /**
     * Asks for one value of each pod.
     *
     * @param window that the samples are to be of
     * @return by names of pods; those without a value are missing
     * @throws IllegalStateException if the answer is none
     */
    static Map<String, MetricSample> of(Prometheus prometheus, String expression, Duration window) {
        Map<String, MetricSample> samples = new HashMap<>();
        for (JsonNode series : prometheus.query(expression)) {
            double value = Double.parseDouble(series.path("value").path(1).asString());
            if (Double.isFinite(value)) {
                long millis = (long) (series.path("value").path(0).asDouble() * 1000);
                samples.put(
                        series.path("metric").path("pod").asString(),
                        new MetricSample((long) (value * 1000), millis, window.toMillis()));
            }
        }
        return samples;
    }
}
