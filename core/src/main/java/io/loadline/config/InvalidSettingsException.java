/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Thrown when settings cannot be used; then nothing has changed. Immutable. */
public final class InvalidSettingsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<SettingProblem> problems;

    /** Settings that cannot be used for the reasons given. */
    public InvalidSettingsException(List<SettingProblem> problems) {
        this(problems, null);
    }

    /** One setting that cannot be used. */
    public InvalidSettingsException(String key, @Nullable String value, String allowed) {
        this(List.of(new SettingProblem(key, value, allowed)));
    }

    InvalidSettingsException(List<SettingProblem> problems, @Nullable Throwable cause) {
        super(SettingProblem.toString(problems), cause);
        this.problems = List.copyOf(problems);
    }

    /** What is wrong. */
    public List<SettingProblem> problems() {
        return problems;
    }
}
