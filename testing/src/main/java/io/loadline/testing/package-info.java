/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What tests and benchmarks of several modules run: brokers, and the samples as processes. */
@NullMarked
package io.loadline.testing;

import org.jspecify.annotations.NullMarked;
