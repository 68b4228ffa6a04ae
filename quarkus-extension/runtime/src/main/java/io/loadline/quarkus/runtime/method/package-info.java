/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Stands in front of methods of beans. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.method;

import org.jspecify.annotations.NullMarked;
