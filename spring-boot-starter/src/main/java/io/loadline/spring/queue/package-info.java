/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Reads how many messages wait for the listeners of a Spring application. */
@NullMarked
package io.loadline.spring.queue;

import org.jspecify.annotations.NullMarked;
