/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import io.loadline.benchmarks.harness.Variant;
import java.util.Locale;

/** What runs side by side, one of them under load at a time. */
enum Contestant {
    WITHOUT(Variant.STOCK),
    WITH(Variant.LOADLINE),
    /** The first one again: what it differs by is noise. */
    CONTROL(Variant.STOCK),
    VEGAS(Variant.VEGAS),
    GRADIENT2(Variant.GRADIENT2),
    BULKHEAD(Variant.BULKHEAD);

    final Variant variant;

    Contestant(Variant variant) {
        this.variant = variant;
    }

    /** Its name in figures. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
