/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** A service under more load than it can carry, with and without Loadline. */
@NullMarked
package io.loadline.benchmarks.overload;

import org.jspecify.annotations.NullMarked;
