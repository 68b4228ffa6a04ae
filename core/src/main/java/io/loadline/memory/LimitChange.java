/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import java.util.OptionalLong;

/**
 * A change of the memory limit while the service runs: a pod resized in place, or an ancestor of its cgroup. Immutable.
 *
 * @param fromBytes the limit before; empty if there was none
 * @param toBytes the limit now; empty if there is none
 * @param reading what was read with it
 */
public record LimitChange(OptionalLong fromBytes, OptionalLong toBytes, MemoryReading reading) {
    /** Whether the service uses more than it may now: it is about to be killed. */
    public boolean isBelowUse() {
        return toBytes.isPresent()
                && toBytes.getAsLong() < reading.workingSetBytes().orElse(0);
    }

    /** Whether the heap alone may grow beyond the limit: the JVM sized it for another one, and never does so again. */
    public boolean isBelowHeap() {
        return toBytes.isPresent()
                && toBytes.getAsLong() < reading.heapMaxBytes().orElse(0);
    }
}
