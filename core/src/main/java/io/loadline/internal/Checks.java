/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

/** Checks of arguments whose messages show the value. */
public final class Checks {
    private Checks() {}

    /**
     * Throws unless {@code condition} holds.
     *
     * @throws IllegalArgumentException with {@code template} formatted with {@code value}
     */
    public static void checkArgument(boolean condition, String template, int value) {
        // Some are made for every call: no array, no box.
        if (!condition) {
            throw new IllegalArgumentException(String.format(template, value));
        }
    }

    /**
     * Throws unless {@code condition} holds.
     *
     * @throws IllegalArgumentException with {@code message}, in which percent signs come in pairs
     */
    public static void checkArgument(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(message));
        }
    }

    /**
     * Throws unless {@code condition} holds.
     *
     * @throws IllegalArgumentException with {@code template} formatted with {@code values}
     */
    public static void checkArgument(boolean condition, String template, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(template, values));
        }
    }
}
