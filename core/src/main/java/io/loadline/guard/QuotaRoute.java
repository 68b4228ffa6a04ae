/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What clients get of one route, or a group of routes. Immutable, but for the permits that several clients share. */
final class QuotaRoute {
    final QuotaTerms terms;
    final Allowance newcomers;
    final Allowance unknown;

    /** What its limit refused, and would have refused, for as long as the route has one. */
    final LongAdder refused;

    final LongAdder shadowed;

    /** What the keys of its clients begin with; with its length, so that no name and key look like another pair. */
    private final String prefix;

    QuotaRoute(String name, QuotaLimit limit, QuotaClock clock, @Nullable QuotaRoute before) {
        this.prefix = name.length() + ":" + name + ":";
        QuotaLimit crowd = QuotaSettings.newcomersOf(limit);
        if (before == null) {
            this.terms = new QuotaTerms(limit);
            this.newcomers = new Allowance(clock, new QuotaTerms(crowd));
            this.unknown = new Allowance(clock, terms);
            this.refused = new LongAdder();
            this.shadowed = new LongAdder();
        } else {
            this.terms = QuotaPlan.terms(limit, before.terms);
            this.newcomers = QuotaPlan.under(crowd, before.newcomers);
            this.unknown = QuotaPlan.under(limit, before.unknown);
            this.refused = before.refused;
            this.shadowed = before.shadowed;
        }
    }

    String key(String client) {
        return prefix + client;
    }
}
