/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 300ms}, {@code 1.5s}, {@code 2m}, {@code 1h}. Stateless. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m|h)");

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration as 300ms, 1.5s, 2m or 1h");
        }
        Duration unit = switch (matcher.group(2)) {
            case "us" -> ChronoUnit.MICROS.getDuration();
            case "ms" -> ChronoUnit.MILLIS.getDuration();
            case "s" -> ChronoUnit.SECONDS.getDuration();
            case "m" -> ChronoUnit.MINUTES.getDuration();
            default -> ChronoUnit.HOURS.getDuration();
        };
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
        return Duration.ofNanos(nanos.longValue());
    }
}
