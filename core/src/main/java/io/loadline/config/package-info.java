/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What can change while the service runs: knobs, where their values come from, and how they change as a whole. */
@NullMarked
@CheckReturnValue
package io.loadline.config;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
