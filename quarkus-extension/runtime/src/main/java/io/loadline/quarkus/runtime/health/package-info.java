/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Tells probes of the state of the service. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.health;

import org.jspecify.annotations.NullMarked;
