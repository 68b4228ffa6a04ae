/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** A small HTTP endpoint on the JDK's own server, for services without a framework. */
@NullMarked
@CheckReturnValue
package io.loadline.management;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
