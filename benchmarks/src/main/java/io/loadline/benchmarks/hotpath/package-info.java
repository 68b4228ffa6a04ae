/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What admitting and releasing a call costs, beside the peers. */
@NullMarked
package io.loadline.benchmarks.hotpath;

import org.jspecify.annotations.NullMarked;
