/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What takes part in the drain beside requests. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.drain;

import org.jspecify.annotations.NullMarked;
