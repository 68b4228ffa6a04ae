/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/** Writes durations as settings have them. Stateless. */
public final class Durations {
    private static final Pattern ISO = Pattern.compile("\\bPT(?:-?[0-9.]+[HMS])+");
    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS, ChronoUnit.MILLIS);

    private Durations() {}

    /** The text with {@code 1m} instead of {@code PT1M} wherever a duration stands in it. */
    public static String readable(String text) {
        return ISO.matcher(text).replaceAll(found -> readable(Duration.parse(found.group())));
    }

    private static String readable(Duration duration) {
        ChronoUnit unit = duration.isZero()
                ? ChronoUnit.SECONDS
                : UNITS.stream()
                        .filter(each -> isWhole(duration, each.getDuration()))
                        .findFirst()
                        .orElse(ChronoUnit.NANOS);
        return DurationStyle.SIMPLE.print(duration, unit);
    }

    private static boolean isWhole(Duration duration, Duration unit) {
        return unit.multipliedBy(duration.dividedBy(unit)).equals(duration);
    }
}
