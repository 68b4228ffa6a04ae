/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What autoscalers and load balancers read: the load of the service, and whether it can be trusted. */
@NullMarked
@CheckReturnValue
package io.loadline.signal;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
