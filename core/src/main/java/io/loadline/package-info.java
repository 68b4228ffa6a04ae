/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The facade: everything else is reached from {@link io.loadline.Loadline}. */
@NullMarked
@CheckReturnValue
package io.loadline;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
