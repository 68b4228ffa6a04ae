/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings, ready to decide by. Immutable, but for the permits that newcomers and unknown clients share. */
final class QuotaPlan {
    final QuotaSettings settings;
    final QuotaTerms general;
    final Allowance newcomers;
    final Allowance unknown;
    private final Map<String, QuotaTerms> classes = new HashMap<>();

    /** The first of a quota. */
    QuotaPlan(QuotaSettings settings, QuotaClock clock) {
        this.settings = settings;
        this.general = new QuotaTerms(settings.limit());
        settings.classes().forEach((name, limit) -> classes.put(name, new QuotaTerms(limit)));
        this.newcomers = new Allowance(clock, new QuotaTerms(settings.newcomersOrDefault()));
        this.unknown = new Allowance(clock, new QuotaTerms(settings.unknownOrDefault()));
    }

    /** The one after {@code before}: what stays the same keeps its object, by which clients see that nothing changed. */
    QuotaPlan(QuotaSettings settings, QuotaPlan before) {
        this.settings = settings;
        this.general = terms(settings.limit(), before.general);
        settings.classes().forEach((name, limit) -> classes.put(name, terms(limit, before.classes.get(name))));
        this.newcomers = under(settings.newcomersOrDefault(), before.newcomers);
        this.unknown = under(settings.unknownOrDefault(), before.unknown);
    }

    /** Of a class; of nobody in particular where it is null or there is none of that name. */
    QuotaTerms terms(@Nullable String clientClass) {
        if (clientClass == null) {
            return general;
        }
        QuotaTerms terms = classes.get(clientClass);
        return terms == null ? general : terms;
    }

    /** After so long without a request every client has its whole quota again. */
    long longestPeriodNanos() {
        return classes.values().stream().mapToLong(terms -> terms.periodNanos).reduce(general.periodNanos, Math::max);
    }

    private static QuotaTerms terms(QuotaLimit limit, @Nullable QuotaTerms before) {
        return before != null && before.limit.equals(limit) ? before : new QuotaTerms(limit);
    }

    private static Allowance under(QuotaLimit limit, Allowance before) {
        return before.terms.limit.equals(limit) ? before : before.under(new QuotaTerms(limit));
    }
}
