/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** All parts that settings are checked by and applied to, as a whole. Not thread-safe; guarded by its owner's lock. */
final class SettingsParts {
    private final List<SettingsPart> parts = new ArrayList<>();

    void add(SettingsPart part) {
        parts.add(part);
    }

    /** Adds to {@code problems} what parts have against {@code wanted}; whatever a part throws, it is against it. */
    void check(LoadlineSettings wanted, List<SettingProblem> problems) {
        for (SettingsPart part : parts) {
            try {
                part.check(wanted);
            } catch (InvalidSettingsException e) {
                problems.addAll(e.problems());
            } catch (Throwable e) {
                problems.add(new SettingProblem(part.knobs().toString(), null, "could not be checked: " + e));
            }
        }
    }

    /**
     * Makes {@code wanted} hold in all parts that have something of it, or in none.
     *
     * @param stuck is told what could not be taken back
     * @throws Failure if a part could not apply it
     */
    void apply(LoadlineSettings before, LoadlineSettings wanted, BiConsumer<SettingsPart, Throwable> stuck)
            throws Failure {
        List<SettingsPart> applied = new ArrayList<>();
        for (SettingsPart part : parts) {
            if (wanted.differ(before, part.knobs())) {
                applied.add(0, part);
                try {
                    part.apply(before, wanted);
                } catch (Throwable e) {
                    applied.forEach(each -> takeBack(each, before, wanted, stuck));
                    throw new Failure(part, e);
                }
            }
        }
    }

    private static void takeBack(
            SettingsPart part,
            LoadlineSettings before,
            LoadlineSettings wanted,
            BiConsumer<SettingsPart, Throwable> stuck) {
        try {
            part.apply(wanted, before);
        } catch (Throwable e) {
            stuck.accept(part, e);
        }
    }

    /** A part could not apply settings; those before it have been taken back. */
    @SuppressWarnings("serial") // never leaves this package
    static final class Failure extends Exception {
        final SettingsPart part;
        final Throwable reason;

        Failure(SettingsPart part, Throwable reason) {
            super(reason);
            this.part = part;
            this.reason = reason;
        }
    }
}
