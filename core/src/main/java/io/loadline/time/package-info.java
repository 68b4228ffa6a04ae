/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Time as a parameter: the ticker and the heartbeat that drives all periodic work. */
@NullMarked
@CheckReturnValue
package io.loadline.time;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
