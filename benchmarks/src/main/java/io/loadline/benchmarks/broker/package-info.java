/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Real message brokers with orders for the sample, and what becomes of them. */
@NullMarked
package io.loadline.benchmarks.broker;

import org.jspecify.annotations.NullMarked;
