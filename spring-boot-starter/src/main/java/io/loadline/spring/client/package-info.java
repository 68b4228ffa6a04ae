/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Guards of dependencies around the clients of Spring that block. */
@NullMarked
package io.loadline.spring.client;

import org.jspecify.annotations.NullMarked;
