/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Loadline in a Quarkus application: what an application may define itself. */
@NullMarked
package io.loadline.quarkus;

import org.jspecify.annotations.NullMarked;
