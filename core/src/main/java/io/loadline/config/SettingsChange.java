/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of settings, or one that was refused. Immutable.
 *
 * @param version of the settings that hold after it
 * @param at when
 * @param source which of the sources changed
 * @param who who or what changed it, for people
 * @param result what became of it
 * @param differences what it changed, or would have; empty if it was not even read
 * @param problems why it was refused; empty if it was not
 */
public record SettingsChange(
        long version,
        Instant at,
        SettingSource source,
        String who,
        Result result,
        List<Difference> differences,
        List<SettingProblem> problems) {
    private static final int MAX_WHO = 200;

    /** Copies the lists. */
    public SettingsChange {
        who = Texts.printable(who, MAX_WHO);
        differences = List.copyOf(differences);
        problems = List.copyOf(problems);
    }

    /** What became of a change. */
    public enum Result {
        /** It holds. */
        APPLIED,
        /** Something about it is not allowed: nothing has changed. */
        REJECTED,
        /** It is allowed, but a part of the service could not apply it: what had been applied was taken back. */
        FAILED
    }

    /**
     * One setting before and after. Immutable.
     *
     * @param from its value before; null if it had none
     * @param to its value after; null if it has none, and equal to {@code from} if only the source is another
     */
    public record Difference(
            String key, @Nullable String from, @Nullable String to) {}
}
