/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

/**
 * A pod as the controller sees it. Immutable.
 *
 * @param name within its namespace
 * @param phase where it is in its life
 * @param deleted whether it has been told to end
 * @param ready its condition {@code Ready}
 * @param startMillis when it was started, by the controller's clock
 * @param transitionMillis when {@code ready} changed last
 */
public record PodStatus(
        String name, Phase phase, boolean deleted, boolean ready, long startMillis, long transitionMillis) {
    /** Where a pod is in its life. */
    public enum Phase {
        PENDING,
        RUNNING,
        FAILED
    }

    boolean ignored() {
        return deleted || phase == Phase.FAILED;
    }

    boolean serves() {
        return phase == Phase.RUNNING && ready;
    }
}
