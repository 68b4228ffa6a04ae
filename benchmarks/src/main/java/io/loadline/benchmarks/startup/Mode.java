/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import java.util.Locale;
import java.util.Map;

/** How the pods of a fleet start. */
enum Mode {
    /** All at once, without Loadline. */
    NONE(Map.of("LOADLINE_ENABLED", "false")),
    /** All at once, with Loadline, which lets everything pass. */
    UNGATED(Map.of("LOADLINE_STARTUP_GATE", "false")),
    /** The same, one pod after the other. */
    SERIAL(Map.of("LOADLINE_STARTUP_GATE", "false")),
    /** All at once, gated: each pod sees what the machine shows it. */
    SENSING(Map.of()),
    /** All at once, gated, with one lock file for all. */
    LOCK(Map.of());

    /** What the service is told by its environment. */
    final Map<String, String> environment;

    Mode(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Its name on command lines and in figures. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
