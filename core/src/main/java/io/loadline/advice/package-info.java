/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** How large the service should be: requests, limits, heap, and a checklist with figures. */
@NullMarked
@CheckReturnValue
package io.loadline.advice;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
