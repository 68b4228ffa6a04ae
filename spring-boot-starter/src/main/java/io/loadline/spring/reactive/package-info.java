/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Admission, drain and reads on a reactive server. */
@NullMarked
package io.loadline.spring.reactive;

import org.jspecify.annotations.NullMarked;
