/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.guard.GuardOutcome;
import org.jspecify.annotations.Nullable;

/** Knows failures of calls to dependencies that the library does not. Must be thread-safe. */
@FunctionalInterface
public interface KnownFailures {
    /** What a call is that failed so; null if this does not know. */
    @Nullable
    GuardOutcome outcomeOf(Throwable failure);
}
