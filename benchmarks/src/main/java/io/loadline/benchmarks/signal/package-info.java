/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Whether the load that a service publishes is the load it is under. */
@NullMarked
package io.loadline.benchmarks.signal;

import org.jspecify.annotations.NullMarked;
