/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** The settings under quarkus.loadline. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.config;

import org.jspecify.annotations.NullMarked;
