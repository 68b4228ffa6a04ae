/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Runs Loadline in a Quarkus application. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime;

import org.jspecify.annotations.NullMarked;
