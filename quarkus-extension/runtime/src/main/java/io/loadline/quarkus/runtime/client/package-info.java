/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Guards the requests of REST clients. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.client;

import org.jspecify.annotations.NullMarked;
