/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a value. Immutable.
 *
 * @param key the setting, the settings that contradict each other, or the file
 * @param value what it was to be, cut if it is long; null if that is unknown
 * @param allowed what is allowed, for people
 */
public record SettingProblem(String key, @Nullable String value, String allowed) {
    private static final int MAX_SHOWN = 120;

    /** Cuts what is long: some of it comes from files that are anything but settings. */
    public SettingProblem {
        key = Texts.printable(key, MAX_SHOWN);
        value = value == null ? null : Texts.printable(value, MAX_SHOWN);
    }

    @Override
    public String toString() {
        return value == null ? key + ": " + allowed : key + " = " + value + ": " + allowed;
    }

    static String toString(List<SettingProblem> problems) {
        return problems.stream().map(SettingProblem::toString).collect(Collectors.joining("; "));
    }
}
