/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text that comes from outside, and text for people. Stateless. */
final class Texts {
    private static final int MAX_DISTANCE = 3;

    private Texts() {}

    /** {@code text} on one line and not longer than {@code max}. */
    static String printable(String text, int max) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), max));
        for (int i = 0; i < text.length() && i < max; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return text.length() > max ? shown.append("...").toString() : shown.toString();
    }

    /** The shortest way to write a duration that reads back as the same. */
    static String duration(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (!duration.equals(Duration.ofMillis(duration.toMillis()))) {
            return duration.toString();
        }
        if (duration.toMillis() % 1_000 != 0) {
            return duration.toMillis() + "ms";
        }
        return duration.toSeconds() % 60 != 0 ? duration.toSeconds() + "s" : duration.toMinutes() + "m";
    }

    /** As frameworks read it: a whole number and ms, s, m, h or nothing for milliseconds; or ISO 8601, such as PT1.5S. */
    static Duration parseDuration(String text) {
        String value = text.toLowerCase(Locale.ROOT);
        if (value.startsWith("pt")) {
            return Duration.parse(value);
        }
        int end = value.length();
        while (end > 0 && Character.isLetter(value.charAt(end - 1))) {
            end--;
        }
        long number = Long.parseLong(value.substring(0, end).strip());
        return switch (value.substring(end)) {
            case "", "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> throw new IllegalArgumentException("unknown unit");
        };
    }

    /** Those of {@code known} that somebody may have meant by {@code text}; at most two, the nearest first. */
    static List<String> nearest(String text, List<String> known) {
        String wanted = letters(text);
        List<String> nearest = new ArrayList<>();
        for (int distance = 0; distance <= MAX_DISTANCE && nearest.isEmpty(); distance++) {
            int allowed = distance;
            known.stream()
                    .filter(each -> distance(wanted, letters(each), MAX_DISTANCE) == allowed)
                    .limit(2)
                    .forEach(nearest::add);
        }
        return nearest;
    }

    /** So that another way to write the same is no distance at all. */
    private static String letters(String key) {
        return key.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
    }

    /** Characters to insert, remove or replace; anything above {@code most} if they are more. */
    private static int distance(String one, String other, int most) {
        if (Math.abs(one.length() - other.length()) > most) {
            return most + 1;
        }
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
