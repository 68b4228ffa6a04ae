/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What every benchmark is built from: child processes, load over HTTP, figures, tables. */
@NullMarked
package io.loadline.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
