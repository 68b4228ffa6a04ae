/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** How many calls at once: the limiter, its permits and the algorithms that move the limit. */
@NullMarked
@CheckReturnValue
package io.loadline.limit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
