/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.guard.MissingKeys;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaLimit;
import io.loadline.guard.QuotaSettings;
import io.loadline.limit.Enforcement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The knobs under {@code loadline.guard.quota}: what each client gets, by its class and of each route, how many are told apart
 * and what becomes of the rest. Thread-safe.
 */
public final class QuotaKnobs implements SettingsPart {
    /*
     * A limit and its period are one: they are read, checked and applied as a pair. The quota decides by one plan, so a
     * request sees all of this as it was before or as it is after.
     */
    private static final String PREFIX = "loadline.guard.quota.";

    private final Quota quota;

    /** Of the newcomers, if they have one of their own. */
    private final @Nullable Duration newcomersPeriod;

    private final Knob<Integer> limit;
    private final Knob<Duration> period;
    private final Knob<Integer> classLimit;
    private final Knob<Duration> classPeriod;
    private final Knob<Integer> routeLimit;
    private final Knob<Duration> routePeriod;
    private final Knob<Integer> newcomers;
    private final Knob<Integer> maxClients;
    private final Knob<MissingKeys> missingKeys;
    private final Knob<Enforcement> enforcement;

    /** Those of {@code quota}, whose present settings are the start. */
    public QuotaKnobs(Quota quota) {
        this.quota = quota;
        QuotaSettings start = quota.settings();
        QuotaLimit crowd = start.newcomers();
        Duration general = start.limit().per();
        this.newcomersPeriod = crowd == null || crowd.per().equals(general) ? null : crowd.per();
        this.limit = permits("limit").start(() -> start.limit().permits());
        this.period = period("period").start(() -> general);
        this.classLimit = permits("classes.*.limit").starts(() -> each(start.classes(), QuotaLimit::permits));
        this.classPeriod = period("classes.*.period")
                .starts(() -> each(start.classes(), of -> of.per().equals(general) ? null : of.per()));
        this.routeLimit = permits("routes.*.limit").starts(() -> each(start.routes(), QuotaLimit::permits));
        this.routePeriod = period("routes.*.period")
                .starts(() -> each(start.routes(), of -> of.per().equals(general) ? null : of.per()));
        this.newcomers = permits("newcomers").start(() -> crowd == null ? null : crowd.permits());
        this.maxClients = Knob.integer(PREFIX + "max-clients", 1, QuotaSettings.MOST_CLIENTS)
                .start(start::maxClients);
        this.missingKeys =
                Knob.choice(PREFIX + "missing-keys", MissingKeys.class).start(start::missingKeys);
        this.enforcement =
                Knob.choice(PREFIX + "enforcement", Enforcement.class).start(start::enforcement);
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.of(
                limit,
                period,
                classLimit,
                classPeriod,
                routeLimit,
                routePeriod,
                newcomers,
                maxClients,
                missingKeys,
                enforcement);
    }

    @Override
    public void check(LoadlineSettings wanted) {
        checkPairs(wanted, classLimit, classPeriod);
        checkPairs(wanted, routeLimit, routePeriod);
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        quota.change(now -> {
            QuotaSettings next = now;
            QuotaLimit general = general(after);
            if (!general.equals(general(before))) {
                next = next.limit(general.permits(), general.per());
            }
            next = next.classes(changed(
                    next.classes(), pairs(before, classLimit, classPeriod), pairs(after, classLimit, classPeriod)));
            next = next.routes(changed(
                    next.routes(), pairs(before, routeLimit, routePeriod), pairs(after, routeLimit, routePeriod)));
            QuotaLimit crowd = newcomers(after);
            if (!Objects.equals(crowd, newcomers(before))) {
                next = next.newcomers(crowd);
            }
            if (changed(maxClients, before, after)) {
                next = next.maxClients(required(maxClients, after));
            }
            if (changed(missingKeys, before, after)) {
                next = next.missingKeys(required(missingKeys, after));
            }
            return changed(enforcement, before, after) ? next.enforcement(required(enforcement, after)) : next;
        });
    }

    private QuotaLimit general(LoadlineSettings settings) {
        return new QuotaLimit(required(limit, settings), required(period, settings));
    }

    private @Nullable QuotaLimit newcomers(LoadlineSettings settings) {
        Integer permits = settings.value(newcomers);
        return permits == null
                ? null
                : new QuotaLimit(permits, newcomersPeriod == null ? required(period, settings) : newcomersPeriod);
    }

    private Map<String, QuotaLimit> pairs(LoadlineSettings settings, Knob<Integer> permits, Knob<Duration> periods) {
        Map<String, Duration> own = settings.values(periods);
        Map<String, QuotaLimit> pairs = new TreeMap<>();
        settings.values(permits)
                .forEach((name, each) ->
                        pairs.put(name, new QuotaLimit(each, own.getOrDefault(name, required(period, settings)))));
        return pairs;
    }

    private static void checkPairs(LoadlineSettings wanted, Knob<Integer> permits, Knob<Duration> periods) {
        wanted.values(periods).forEach((name, value) -> {
            if (!wanted.values(permits).containsKey(name)) {
                throw new InvalidSettingsException(
                        periods.key(name),
                        wanted.text(periods.key(name)),
                        "it has no effect unless " + permits.key(name) + " is set");
            }
        });
    }

    /** What {@code present} is with what differs between the other two. */
    private static Map<String, QuotaLimit> changed(
            Map<String, QuotaLimit> present, Map<String, QuotaLimit> before, Map<String, QuotaLimit> after) {
        Map<String, QuotaLimit> changed = new HashMap<>(present);
        before.forEach((name, limit) -> {
            if (!after.containsKey(name)) {
                changed.remove(name);
            }
        });
        after.forEach((name, limit) -> {
            if (!limit.equals(before.get(name))) {
                changed.put(name, limit);
            }
        });
        return changed;
    }

    private static boolean changed(Knob<?> knob, LoadlineSettings before, LoadlineSettings after) {
        return after.differ(before, List.of(knob));
    }

    private static <T> T required(Knob<T> knob, LoadlineSettings settings) {
        return Objects.requireNonNull(settings.value(knob));
    }

    private static Knob<Integer> permits(String key) {
        return Knob.integer(PREFIX + key, 1, QuotaLimit.MAX_PERMITS);
    }

    private static Knob<Duration> period(String key) {
        return Knob.duration(PREFIX + key, QuotaLimit.SHORTEST, QuotaLimit.LONGEST);
    }

    private static <T> Map<String, T> each(
            Map<String, QuotaLimit> limits, Function<QuotaLimit, ? extends @Nullable T> value) {
        Map<String, T> values = new TreeMap<>();
        limits.forEach((name, limit) -> {
            T own = value.apply(limit);
            if (own != null) {
                values.put(name, own);
            }
        });
        return values;
    }
}
