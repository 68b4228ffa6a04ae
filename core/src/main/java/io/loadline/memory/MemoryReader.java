/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

/** Reads the memory of cgroup, JVM and node. Thread-safe. */
@FunctionalInterface
public interface MemoryReader {
    /** What the memory is now; what cannot be read is empty, and nothing throws. */
    MemoryReading read();
}
