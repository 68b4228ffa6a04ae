/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Do not allocate it all at boot: stages behind a memory gate, readiness that waits for them, deferred values. */
@NullMarked
@CheckReturnValue
package io.loadline.startup;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
