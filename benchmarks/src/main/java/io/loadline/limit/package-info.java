/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the lab needs of the limiter's inside. */
@NullMarked
package io.loadline.limit;

import org.jspecify.annotations.NullMarked;
