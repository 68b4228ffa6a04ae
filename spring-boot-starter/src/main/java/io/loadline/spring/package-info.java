/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Loadline in a Spring Boot application: settings and what an application may define itself. */
@NullMarked
package io.loadline.spring;

import org.jspecify.annotations.NullMarked;
