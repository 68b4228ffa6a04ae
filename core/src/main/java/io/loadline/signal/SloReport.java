/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.SloCounts;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * How well the service keeps what it promises, of this instance alone and since it was READY: what warms it up is nobody's
 * request. Immutable.
 *
 * @param latency within what time a call is good; zero if nothing is promised
 * @param objective the share of calls that is promised to be good, above 0 and below 1
 * @param counts calls that were and were not good; see there what counts
 * @param burnRates the share of bad calls over the share that may be bad, by window: 1 spends the budget just in time; NaN
 *     until the whole window is known, and while it has less than 100 calls
 */
public record SloReport(Duration latency, double objective, SloCounts counts, Map<Window, Double> burnRates) {
    /** Nothing is promised. */
    public static final SloReport NONE = new SloReport(Duration.ZERO, Double.NaN, SloCounts.ZERO, Map.of());

    /** Copies the map. */
    public SloReport {
        Map<Window, Double> copy = new EnumMap<>(Window.class);
        copy.putAll(burnRates);
        burnRates = Collections.unmodifiableMap(copy);
    }

    /** The time that a burn rate is about. The set is closed: its values are tags of meters. */
    public enum Window {
        /** Ends an alert soon after the trouble. */
        FIVE_MINUTES("5m", Duration.ofMinutes(5)),
        /** The same for slower ones. */
        HALF_AN_HOUR("30m", Duration.ofMinutes(30)),
        /** Beside 5 minutes: what must be looked at now. */
        ONE_HOUR("1h", Duration.ofHours(1)),
        /** Beside half an hour. */
        SIX_HOURS("6h", Duration.ofHours(6));

        private final String tag;
        private final Duration length;

        Window(String tag, Duration length) {
            this.tag = tag;
            this.length = length;
        }

        /** The window as the value of a tag and in JSON, such as {@code 5m}. */
        public String tag() {
            return tag;
        }

        /** How long it is. */
        public Duration length() {
            return length;
        }
    }

    /** Whether anything is promised. */
    public boolean isPromised() {
        return !latency.isZero();
    }

    /** The burn rate over {@code window}; NaN if it is not known. */
    public double burnRate(Window window) {
        return burnRates.getOrDefault(window, Double.NaN);
    }

    /** The whole in a sentence for people; empty if nothing is promised. */
    public String explanation() {
        if (!isPromised()) {
            return "";
        }
        StringBuilder text = new StringBuilder(128)
                .append(percent(objective))
                .append(" % of calls are to be served within ")
                .append(latency.toMillis() < 1 ? latency.toNanos() / 1_000 + " us" : latency.toMillis() + " ms")
                .append(String.format(Locale.ROOT, ": %,d of %,d were not", counts.bad(), counts.total()));
        String separator = "; the error budget burns at ";
        for (Map.Entry<Window, Double> each : burnRates.entrySet()) {
            if (!Double.isNaN(each.getValue())) {
                text.append(separator)
                        .append(String.format(
                                Locale.ROOT,
                                "%.1f x in %s",
                                each.getValue(),
                                each.getKey().tag()));
                separator = ", ";
            }
        }
        return text.append('.').toString();
    }

    /** Without the zeros at the end: 99.9, 99.95. */
    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.6f", 100 * share).replaceFirst("\\.?0+$", "");
    }
}
