/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The overload lab: limiters in scenarios of overload, in virtual time. */
@NullMarked
package io.loadline.benchmarks.lab;

import org.jspecify.annotations.NullMarked;
