/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What Loadline does for a service, shown in one command. */
@NullMarked
package io.loadline.benchmarks.demo;

import org.jspecify.annotations.NullMarked;
