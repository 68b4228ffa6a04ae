/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How much a call matters, most important first; when there is too much to do, the least important calls are refused
 * first. The four classes, and their names, are those of the book "Site Reliability Engineering" (O'Reilly 2016),
 * chapter 21, "Handling Overload".
 */
public enum Criticality {
    /** Its failure is a serious, visible one. Few calls should be. */
    CRITICAL_PLUS,
    /** Its failure is visible. What nobody has said anything about. */
    CRITICAL,
    /** That it fails for some time is expected: a batch job that tries again. */
    SHEDDABLE_PLUS,
    /** That it often fails is expected: what can as well be done later, or never. */
    SHEDDABLE;

    static final int COUNT = values().length;

    /** Longer than any name: what is longer is not looked at. */
    private static final int MAX_LENGTH = 32;

    private static final Criticality[] VALUES = values();

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The criticality as the value of a tag, of a header and in JSON: lower case. */
    public String tag() {
        return tag;
    }

    /**
     * The criticality that {@code text} names, in any case, with {@code -} or {@code _}, and with blanks around it; null
     * for everything else, since text from a network says what it likes.
     */
    public static @Nullable Criticality parse(@Nullable String text) {
        if (text == null || text.length() > MAX_LENGTH) {
            return null;
        }
        String name = text.strip().replace('-', '_');
        for (Criticality each : VALUES) {
            if (each.name().equalsIgnoreCase(name)) {
                return each;
            }
        }
        return null;
    }

    /** Whether this one is served where {@code other} is refused. */
    public boolean isAbove(Criticality other) {
        return compareTo(other) < 0;
    }
}
