/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts stages in order: by tier, then what others depend on first, then as they were added. Not thread-safe. */
final class StageOrder {
    private final Map<String, StartupStage> stages = new LinkedHashMap<>();
    private final Map<String, StartupStage> ordered = new LinkedHashMap<>();

    /** The way from a stage over its dependencies to the one that is being looked at. */
    private final Deque<String> path = new ArrayDeque<>();

    private StageOrder(List<StartupStage> stages) {
        for (StartupStage stage : stages) {
            this.stages.put(stage.name(), stage);
        }
    }

    /**
     * The stages in order.
     *
     * @throws IllegalArgumentException if one depends on a stage that does not exist, that has a lower tier, or on itself
     *     through others
     */
    static List<StartupStage> of(List<StartupStage> stages) {
        StageOrder order = new StageOrder(stages);
        for (StageTier tier : StageTier.values()) {
            for (StartupStage stage : stages) {
                if (stage.tier() == tier) {
                    order.visit(stage);
                }
            }
        }
        return List.copyOf(order.ordered.values());
    }

    private void visit(StartupStage stage) {
        if (ordered.containsKey(stage.name())) {
            return;
        }
        checkArgument(!path.contains(stage.name()), "stages depend on each other: %s", way(stage.name()));
        path.addLast(stage.name());
        for (String name : stage.dependsOn()) {
            StartupStage needed = stages.get(name);
            if (needed == null) {
                throw new IllegalArgumentException(
                        String.format("stage '%s' does not exist: %s; there are %s", name, way(name), stages.keySet()));
            }
            checkArgument(
                    needed.tier().compareTo(stage.tier()) <= 0,
                    "%s cannot wait for %s: %s; raise the tier of '%s'",
                    stage,
                    needed,
                    way(name),
                    name);
            visit(needed);
        }
        path.removeLast();
        ordered.put(stage.name(), stage);
    }

    /** For a cycle from its beginning, else from the first stage on. */
    private String way(String to) {
        List<String> way = new ArrayList<>(path);
        int begin = Math.max(0, way.indexOf(to));
        way.add(to);
        return String.join(" -> ", way.subList(begin, way.size()));
    }
}
