/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** How all of it becomes meters; the one table of meter names. */
@NullMarked
@CheckReturnValue
package io.loadline.metrics;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
