/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the starter, and the extension for Quarkus, cost a whole HTTP request. */
@NullMarked
package io.loadline.benchmarks.http;

import org.jspecify.annotations.NullMarked;
