/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Reads how many messages wait for the channels of an application. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.queue;

import org.jspecify.annotations.NullMarked;
