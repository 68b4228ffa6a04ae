/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Probe;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a service published at one moment, read as a scraper reads it. Immutable. */
final class Scrape {
    static final String METRICS = "/actuator/prometheus";

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Map<String, Double> values;

    private Scrape(Map<String, Double> values) {
        this.values = values;
    }

    /** Reads the metrics of a service on the loopback address; null if it does not answer. */
    static @Nullable Scrape of(int port) {
        Probe.Answer answer = Probe.get(port, METRICS, PATIENCE);
        return answer == null || answer.status() != 200 ? null : parse(answer.body());
    }

    /** Reads Prometheus' text format; of labels and of series that differ by them it knows nothing. */
    static Scrape parse(String text) {
        Map<String, Double> values = new HashMap<>();
        text.lines().filter(line -> line.startsWith("loadline_")).forEach(line -> {
            int end = line.indexOf('{');
            String name = line.substring(0, end < 0 ? line.indexOf(' ') : end);
            values.put(name, Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
        });
        return new Scrape(values);
    }

    /** NaN if it is absent. */
    double value(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    double load() {
        return value("loadline_load");
    }

    double demand() {
        return value("loadline_demand_calls");
    }

    double capacity() {
        return value("loadline_capacity_calls");
    }

    /** What the service says has to be more for it to do more, which is no number. */
    static String bottleneck(int port) {
        Probe.Answer answer = Probe.get(port, "/actuator/loadline", PATIENCE);
        if (answer == null || answer.status() != 200) {
            return "unknown";
        }
        String[] parts = answer.body().split("\"bottleneck\":\"", 2);
        return parts.length < 2 ? "unknown" : parts[1].substring(0, parts[1].indexOf('"'));
    }
}
