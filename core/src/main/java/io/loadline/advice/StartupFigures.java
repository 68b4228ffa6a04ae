/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the start took. Immutable.
 *
 * @param peakBytes the most memory seen during the start; empty if nobody looked
 * @param stages by how much each stage raised the memory
 */
public record StartupFigures(OptionalLong peakBytes, List<Stage> stages) {
    /** A start of which nothing is known. */
    public static final StartupFigures NONE = new StartupFigures(OptionalLong.empty(), List.of());

    /** Copies the list, the largest stage first. */
    public StartupFigures {
        stages = stages.stream()
                .sorted(Comparator.comparingLong(Stage::bytes).reversed())
                .toList();
    }

    /**
     * One stage. Immutable.
     *
     * @param name its name
     * @param bytes by how much memory grew while it ran
     */
    public record Stage(String name, long bytes) {}
}
