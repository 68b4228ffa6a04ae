/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import static io.loadline.internal.Checks.checkArgument;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes of memory as people and platforms write them. Stateless. */
final class Size {
    /*
     * As Kubernetes writes them: Ki, Mi and so on are powers of 1024; k, M and so on powers of 1000. As Spring does: KB,
     * MB and so on are powers of 1024. Without a unit it is bytes, as the downward API tells it.
     */
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)\\s*(?:([kKMGT])(i|i?B)?|B)?");
    private static final String UNITS = "kMGT";

    private Size() {}

    /**
     * The bytes that {@code text} says, fractions of one left out.
     *
     * @throws IllegalArgumentException if it is no size
     */
    static long bytes(String text) {
        Matcher matcher = FORM.matcher(text.trim());
        checkArgument(matcher.matches(), "a size such as 512Mi, 512MB or 536870912 is wanted: '%s'", text);
        BigDecimal bytes = new BigDecimal(matcher.group(1));
        String unit = matcher.group(2);
        if (unit != null) {
            BigDecimal base = BigDecimal.valueOf(matcher.group(3) == null ? 1_000 : 1_024);
            bytes = bytes.multiply(base.pow(1 + UNITS.indexOf(unit.replace('K', 'k'))));
        }
        checkArgument(bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0, "a size is too large: '%s'", text);
        return bytes.longValue();
    }
}
