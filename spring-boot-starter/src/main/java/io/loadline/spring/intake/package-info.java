/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Lets message listeners of a Spring application fetch only while the gate before messages is open. */
@NullMarked
package io.loadline.spring.intake;

import org.jspecify.annotations.NullMarked;
