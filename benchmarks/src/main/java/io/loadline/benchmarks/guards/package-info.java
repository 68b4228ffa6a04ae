/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the guards cost and what they hold off, beside Resilience4j alone. */
@NullMarked
package io.loadline.benchmarks.guards;

import org.jspecify.annotations.NullMarked;
