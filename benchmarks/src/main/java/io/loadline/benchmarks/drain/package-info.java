/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Restarts behind a real balancer: what clients lose, and how long a drain takes. */
@NullMarked
package io.loadline.benchmarks.drain;

import org.jspecify.annotations.NullMarked;
