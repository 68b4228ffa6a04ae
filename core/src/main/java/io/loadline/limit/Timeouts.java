/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Durations as headers have them; in nanoseconds, 0 for none and for what makes no sense. Stateless. */
final class Timeouts {
    /*
     * X-Request-Timeout has no standard. Who uses it, or the Request-Timeout of the expired draft-thomson-hybi-http-timeout,
     * mostly means seconds, some with a fraction or with a unit behind, as Go and proxies write durations. So a bare number
     * is seconds, and if somebody meant milliseconds, the deadline is late and does no harm.
     *
     * grpc-timeout is "at most 8 digits and one of HMSmun" of the document PROTOCOL-HTTP2 of gRPC. The header of Envoy is
     * in milliseconds. 0 disables a time-out there, and is none here: a client that does not wait does not ask.
     */
    private static final int MAX_LENGTH = 24;
    private static final int MAX_GRPC_DIGITS = 8;
    private static final long MAX_NANOS = 24L * 60 * 60 * 1_000_000_000L;

    private Timeouts() {}

    /** The time in {@code X-Request-Timeout}: a decimal number and s, ms, m, h or nothing for seconds. */
    static long parse(@Nullable String text) {
        if (text == null || text.length() > MAX_LENGTH) {
            return 0;
        }
        String value = text.strip();
        int end = value.length();
        while (end > 0 && Character.isLetter(value.charAt(end - 1))) {
            end--;
        }
        double unitNanos = switch (value.substring(end)) {
            case "", "s" -> 1e9;
            case "ms" -> 1e6;
            case "m" -> 60e9;
            case "h" -> 3_600e9;
            default -> 0;
        };
        return nanos(value.substring(0, end).stripTrailing(), true, unitNanos);
    }

    /** The time in {@code grpc-timeout}. */
    static long parseGrpc(@Nullable String text) {
        if (text == null || text.length() < 2 || text.length() > MAX_GRPC_DIGITS + 1) {
            return 0;
        }
        int last = text.length() - 1;
        double unitNanos = switch (text.charAt(last)) {
            case 'H' -> 3_600e9;
            case 'M' -> 60e9;
            case 'S' -> 1e9;
            case 'm' -> 1e6;
            case 'u' -> 1e3;
            case 'n' -> 1;
            default -> 0;
        };
        return nanos(text.substring(0, last), false, unitNanos);
    }

    /** The time in a header of whole milliseconds. */
    static long parseMillis(@Nullable String text) {
        return text == null || text.length() > MAX_LENGTH ? 0 : nanos(text.strip(), false, 1e6);
    }

    /** The shorter of those that are not 0. */
    static long shorter(long one, long other) {
        return one == 0 || (other != 0 && other < one) ? other : one;
    }

    /** Seconds with milliseconds, rounded down, for {@code X-Request-Timeout}; at least one millisecond. */
    static String format(long nanos) {
        long millis = Math.max(1, nanos / 1_000_000);
        return String.format(Locale.ROOT, "%d.%03d", millis / 1_000, millis % 1_000);
    }

    /** A day and more is none, too. */
    private static long nanos(String number, boolean fraction, double unitNanos) {
        boolean point = !fraction;
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            boolean inside = i > 0 && i < number.length() - 1;
            if (c == '.' && !point && inside) {
                point = true;
            } else if (c < '0' || c > '9') {
                return 0;
            }
        }
        double nanos = number.isEmpty() ? 0 : Double.parseDouble(number) * unitNanos;
        return nanos >= MAX_NANOS ? 0 : (long) nanos;
    }
}
