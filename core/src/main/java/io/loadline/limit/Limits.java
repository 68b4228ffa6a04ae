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
        check("min", min);
        check("max", max);
        checkArgument(max >= min, "max must not be below min: %s < %s", max, min);
    }

    static void check(String name, int bound) {
        checkArgument(
                bound >= 1 && bound <= ConcurrencyLimiter.MAX_LIMIT,
                "%s must be between 1 and %s: %s",
                name,
                ConcurrencyLimiter.MAX_LIMIT,
                bound);
    }
}
