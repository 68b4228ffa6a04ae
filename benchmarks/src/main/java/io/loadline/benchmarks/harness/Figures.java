/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of a benchmark and whether its bars hold; prints as one line of {@code key=value}. Not thread-safe. */
public final class Figures {
    private final Map<String, String> values = new LinkedHashMap<>();
    private boolean hold = true;

    /** Adds a figure. Fractions are printed with three decimals. */
    public Figures put(String key, Object value) {
        String text =
                value instanceof Double number ? String.format(Locale.ROOT, "%.3f", number) : String.valueOf(value);
        values.put(key, text.replace(' ', '_'));
        return this;
    }

    /** Says whether one bar holds; all must. */
    public Figures bar(String name, boolean holds) {
        hold &= holds;
        return put(name, holds ? "pass" : "FAIL");
    }

    /** The exit code that says whether all bars hold. */
    public int exitCode() {
        return hold ? 0 : 1;
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + '=' + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
