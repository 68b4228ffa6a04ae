/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What surrounds a call: quotas of clients, guards of dependencies, features to do without, the intake of queues. */
@NullMarked
@CheckReturnValue
package io.loadline.guard;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
