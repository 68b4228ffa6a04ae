/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import org.jspecify.annotations.Nullable;

/** Thrown at start when a setting has a value that cannot be used. Immutable. */
public final class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String value;
    private final String allowed;

    /** {@code key = value} cannot be used; {@code allowed} can. */
    public InvalidSettingException(String key, @Nullable Object value, String allowed, @Nullable Throwable cause) {
        super(Durations.readable(key + " = " + value + ": " + allowed), cause);
        this.key = key;
        this.value = value == null ? "(not set)" : Durations.readable(value.toString());
        this.allowed = Durations.readable(allowed);
    }

    /** The setting, or the settings that contradict each other. */
    public String key() {
        return key;
    }

    /** Its value, or that it has none. */
    public String value() {
        return value;
    }

    /** What is allowed. */
    public String allowed() {
        return allowed;
    }
}
