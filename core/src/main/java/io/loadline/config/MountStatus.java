/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the directory that is watched. Immutable.
 *
 * @param directory the directory
 * @param looked how long ago it was looked at; null if not yet. Far more than a second means that its file system hangs
 * @param there whether it was there
 * @param problems what was wrong with what was there; empty if nothing
 */
public record MountStatus(Path directory, @Nullable Duration looked, boolean there, List<SettingProblem> problems) {
    /** Copies the list. */
    public MountStatus {
        problems = List.copyOf(problems);
    }
}
