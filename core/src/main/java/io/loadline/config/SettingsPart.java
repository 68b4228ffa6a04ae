/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.util.List;

/** Knobs that belong together: they are checked and applied together. Must be thread-safe. */
public interface SettingsPart {

    /** The knobs, always the same. */
    List<Knob<?>> knobs();

    /**
     * Refuses values that contradict each other; changes nothing.
     *
     * @throws InvalidSettingsException if they do
     */
    default void check(LoadlineSettings wanted) {}

    /**
     * Makes {@code after} hold where {@code before} did; called only if one of the knobs has another value. All at once: whoever
     * uses several of these values must never see some of both. Must not block, nor change settings. If this or a later
     * part throws, it is called once more the other way round; should that throw, too, it is logged.
     *
     * @throws IllegalArgumentException if a value cannot be used after all
     */
    void apply(LoadlineSettings before, LoadlineSettings after);
}
