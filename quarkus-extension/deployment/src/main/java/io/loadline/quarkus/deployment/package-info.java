/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Builds Loadline into a Quarkus application. Not for applications. */
@NullMarked
package io.loadline.quarkus.deployment;

import org.jspecify.annotations.NullMarked;
