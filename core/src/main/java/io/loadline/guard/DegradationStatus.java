/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The optional features at one moment. Immutable.
 *
 * @param level how many levels are off because of the load, 0 to {@code levels}
 * @param levels how many there are
 * @param features each feature, in the order in which it was named
 */
public record DegradationStatus(int level, int levels, List<Feature> features) {
    /** No features. */
    public static final DegradationStatus NONE = new DegradationStatus(0, 0, List.of());

    /** Copies the list. */
    public DegradationStatus {
        features = List.copyOf(features);
    }

    /**
     * One feature. Immutable.
     *
     * @param name its name
     * @param level the level from which on it is off, at least 1; 0 if it goes off by hand only
     * @param allowed whether it is on
     * @param since since when it is, by the wall clock
     * @param reason why, in a few words for people
     * @param withheld how often it was asked for while it was off
     * @param override somebody's decision; null if the load decides
     * @param until when that decision ends; null if there is none, or it does not end by itself
     */
    public record Feature(
            String name,
            int level,
            boolean allowed,
            Instant since,
            String reason,
            long withheld,
            @Nullable FeatureOverride override,
            @Nullable Instant until) {}

    /** What is off, and what somebody has decided, in a sentence for people; empty if there is nothing of that. */
    public String explanation() {
        List<Feature> notable = features.stream()
                .filter(each -> !each.allowed || each.override != null)
                .toList();
        if (notable.isEmpty()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "Degradation, level %d of %d: %s.",
                level,
                levels,
                notable.stream()
                        .map(each -> "%s is %s (%s)".formatted(each.name, each.allowed ? "on" : "off", each.reason))
                        .collect(Collectors.joining(", ")));
    }
}
