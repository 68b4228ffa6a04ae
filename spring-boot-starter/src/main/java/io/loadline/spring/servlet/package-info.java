/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Admission, drain and reads on a servlet container. */
@NullMarked
package io.loadline.spring.servlet;

import org.jspecify.annotations.NullMarked;
