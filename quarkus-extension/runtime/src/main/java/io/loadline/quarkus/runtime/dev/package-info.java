/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the Dev UI asks. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.dev;

import org.jspecify.annotations.NullMarked;
