/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import java.util.Locale;
import java.util.OptionalLong;

/** What a fleet may take together. */
enum Room {
    /** As much as the machine has. */
    FREE,
    /** {@value #TIGHT_SHARE} times what it takes at rest: the kernel kills beyond. */
    TIGHT;

    static final double TIGHT_SHARE = 1.6;

    OptionalLong limitBytes(long steadyBytes) {
        return this == FREE ? OptionalLong.empty() : OptionalLong.of((long) (TIGHT_SHARE * steadyBytes));
    }

    /** Its name in figures. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
