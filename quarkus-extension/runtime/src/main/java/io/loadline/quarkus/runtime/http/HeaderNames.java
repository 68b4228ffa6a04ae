/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The headers that requests are asked for. Immutable. */
final class HeaderNames {
    /*
     * Hardly any request has one of them, and to ask for ten that are not there is a quarter of all that is done for a request
     * here. So those that are there, which are few, are gone through first, by their length and two letters: a name that has
     * none of these in common with one that is asked for is none of them.
     */
    private static final int PLACES = 1 << 10;
    private static final int LOWER_CASE = 0x20;
    private static final int PRIME = 31;

    /** With their hash codes, which are most of what it costs to find none. */
    private final Map<String, CharSequence> optimized = new HashMap<>();

    private final boolean[] taken = new boolean[PLACES];

    HeaderNames(Set<String> names) {
        for (String name : names) {
            optimized.put(name, io.vertx.core.http.HttpHeaders.createOptimized(name));
            taken[place(name)] = true;
        }
    }

    /** False if {@code given} has none of them; true if it may. */
    boolean mayBeIn(MultiMap given) {
        if (!(given instanceof HttpHeaders http1)) {
            return true;
        }
        Iterator<Map.Entry<CharSequence, CharSequence>> each = http1.iteratorCharSequence();
        while (each.hasNext()) {
            if (taken[place(each.next().getKey())]) {
                return true;
            }
        }
        return false;
    }

    /** The first value of one of them; null if there is none. */
    @Nullable
    String value(MultiMap given, String name) {
        CharSequence known = optimized.get(name);
        return known == null ? given.get(name) : given.get(known);
    }

    private static int place(CharSequence name) {
        int length = name.length();
        if (length == 0) {
            return 0;
        }
        int first = name.charAt(0) | LOWER_CASE;
        int last = name.charAt(length - 1) | LOWER_CASE;
        return ((length * PRIME + first) * PRIME + last) % PLACES;
    }
}
