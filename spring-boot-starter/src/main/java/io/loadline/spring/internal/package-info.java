/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What several sides share. Not for applications. */
@NullMarked
package io.loadline.spring.internal;

import org.jspecify.annotations.NullMarked;
