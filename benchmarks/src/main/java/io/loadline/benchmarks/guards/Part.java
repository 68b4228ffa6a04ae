/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Figures;
import java.nio.file.Path;

/** What is measured of one guard. Not thread-safe. */
interface Part {
    /** Prints tables as it goes; figures and bars go into {@code figures}, logs into {@code folder}. */
    void run(boolean quick, Path folder, Figures figures) throws Exception;
}
