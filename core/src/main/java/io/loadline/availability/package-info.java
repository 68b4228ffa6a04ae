/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the platform is told: the state of the service, its readiness and its liveness. */
@NullMarked
@CheckReturnValue
package io.loadline.availability;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
