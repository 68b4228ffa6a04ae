/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What has work of its own in a Spring application when it leaves: schedulers, executors and message listeners. */
@NullMarked
package io.loadline.spring.drain;

import org.jspecify.annotations.NullMarked;
