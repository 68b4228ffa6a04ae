/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Puts the limiter in front of the HTTP server. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.http;

import org.jspecify.annotations.NullMarked;
