/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Not for users: what several packages of core need and the JDK lacks. */
@NullMarked
@CheckReturnValue
package io.loadline.internal;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
