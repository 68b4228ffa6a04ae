/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Prometheus;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * One value that was scraped.
 *
 * @param epochMillis when the scrape began
 * @param value NaN and the infinities included
 */
record Point(long epochMillis, double value) {
    /** All that was scraped of a series in the last two hours; markers of its end are none of it. */
    static List<Point> of(Prometheus prometheus, String series) {
        List<Point> points = new ArrayList<>();
        for (JsonNode result : prometheus.query(series + "[2h]")) {
            for (JsonNode value : result.path("values")) {
                points.add(new Point(
                        Math.round(value.get(0).asDouble() * 1000),
                        parse(value.get(1).asString())));
            }
        }
        return points;
    }

    /** Infinities are written {@code +Inf} and {@code -Inf}. */
    private static double parse(String value) {
        return value.endsWith("Inf") ? Double.valueOf(value + "inity") : Double.valueOf(value);
    }
}
