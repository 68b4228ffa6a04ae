/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.nio.file.Path;

/** One of the questions of a benchmark. Not thread-safe. */
public interface Part {
    /** Prints tables as it goes; figures and bars go into {@code figures}, logs into {@code folder}. */
    void run(boolean quick, Path folder, Figures figures) throws Exception;
}
