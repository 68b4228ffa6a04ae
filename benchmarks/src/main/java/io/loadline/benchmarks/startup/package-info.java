/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What starts cost: memory of a fleet, time and heap of the starter, readiness, and the verdict on memory. */
@NullMarked
package io.loadline.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
