/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Holds what brings messages. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.messaging;

import org.jspecify.annotations.NullMarked;
