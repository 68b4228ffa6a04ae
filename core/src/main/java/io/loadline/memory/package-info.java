/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the memory does: readings of cgroup, JVM and node, and whether it is stable. */
@NullMarked
@CheckReturnValue
package io.loadline.memory;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
