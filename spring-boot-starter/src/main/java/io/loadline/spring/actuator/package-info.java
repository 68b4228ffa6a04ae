/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the actuator tells: probes and the endpoint. */
@NullMarked
package io.loadline.spring.actuator;

import org.jspecify.annotations.NullMarked;
