/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

/** The check that the builders of moving limits share. */
final class Limits {
    private Limits() {}

    static void check(int min, int max) {
        checkArgument(min >= 1, "min must be at least 1: %s", min);
        checkArgument(max >= min, "max must not be below min: %s < %s", max, min);
        checkArgument(
                max <= ConcurrencyLimiter.MAX_LIMIT, "max must not be above %s: %s", ConcurrencyLimiter.MAX_LIMIT, max);
    }
}
