/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What surrounds a call: quotas of clients, guards of dependencies, features that can be done without. */
@NullMarked
@CheckReturnValue
package io.loadline.guard;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
