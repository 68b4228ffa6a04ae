/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import static io.loadline.quarkus.runtime.config.Setting.anySet;
import static io.loadline.quarkus.runtime.config.Setting.check;
import static io.loadline.quarkus.runtime.config.Setting.key;
import static io.loadline.quarkus.runtime.config.Setting.keys;
import static io.loadline.quarkus.runtime.config.Setting.list;
import static io.loadline.quarkus.runtime.config.Setting.refused;
import static io.loadline.quarkus.runtime.config.Setting.reject;
import static io.loadline.quarkus.runtime.config.Setting.set;
import static io.loadline.quarkus.runtime.config.Setting.values;

import io.loadline.limit.AdaptiveLimit;
import io.loadline.limit.AimdLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimitAlgorithm;
import io.loadline.limit.RouteLimits;
import io.loadline.quarkus.runtime.config.LimitConfig.Algorithm;
import io.loadline.quarkus.runtime.config.LimitConfig.RouteSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Gives the settings of the limit to its builders. Stateless. */
public final class LimitSettings {
    private static final String INITIAL = "limit.initial";
    private static final String MIN = "limit.min";
    private static final String MAX = "limit.max";
    private static final String WARM_UP_DURATION = "limit.warm-up.duration";
    private static final String WARM_UP_CALLS = "limit.warm-up.calls";
    private static final String MAX_WAIT = "limit.waiting.max-wait";
    private static final String ROUTES = "limit.routes";

    private LimitSettings() {}

    /** Gives {@code limit} to {@code builder}. */
    public static void configure(ConcurrencyLimiter.Builder builder, LimitConfig limit) {
        LimitConfig.Waiting waiting = limit.waiting();
        if (anySet(limit.enforcement(), limit.maxRoutes(), limit.maxStreams(), waiting.maxWaiters())) {
            set("limit.enforcement", limit.enforcement(), builder::enforcement);
            set("limit.max-routes", limit.maxRoutes(), builder::maxRoutes);
            set("limit.max-streams", limit.maxStreams(), builder::maxStreams);
            set("limit.waiting.max-waiters", waiting.maxWaiters(), builder::maxWaiters);
        }
        if (!limit.routes().isEmpty()) {
            routes(builder, limit.routes());
        }
        Duration wait = waiting.maxWait().orElse(null);
        if (wait != null && (wait.isZero() || wait.isNegative())) {
            throw refused(MAX_WAIT, wait, "it must be positive: without it nobody waits", null);
        }
        ConcurrencyLimiter.Builder unused = builder.algorithm(algorithm(limit));
    }

    /** What is read from the headers of requests. */
    public static ContextHeaders contextHeaders(LimitConfig limit) {
        ContextHeaders.Builder builder = ContextHeaders.builder();
        LimitConfig.RequestCriticality criticality = limit.criticality();
        if (anySet(
                criticality.fromHeader(),
                criticality.header(),
                criticality.maxFromHeader(),
                criticality.cohortHeader())) {
            set("limit.criticality.from-header", criticality.fromHeader(), builder::criticalityFromHeader);
            set("limit.criticality.header", criticality.header(), builder::criticalityHeader);
            set("limit.criticality.max-from-header", criticality.maxFromHeader(), builder::maxFromHeader);
            set("limit.criticality.cohort-header", criticality.cohortHeader(), builder::cohortHeader);
        }
        if (anySet(
                limit.deadline().fromHeader(),
                limit.attempt().fromHeader(),
                limit.attempt().header())) {
            set("limit.deadline.from-header", limit.deadline().fromHeader(), builder::deadlineFromHeader);
            set("limit.attempt.from-header", limit.attempt().fromHeader(), builder::attemptFromHeader);
            set("limit.attempt.header", limit.attempt().header(), builder::attemptHeader);
        }
        return builder.build();
    }

    /** The names of all routes that have settings of their own. */
    public static Set<String> routeNames(LimitConfig limit) {
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, RouteSettings> each : limit.routes().entrySet()) {
            List<String> members = list(each.getValue().routes());
            names.addAll(members.isEmpty() ? List.of(each.getKey()) : members);
        }
        return names;
    }

    private static void routes(ConcurrencyLimiter.Builder builder, Map<String, RouteSettings> routes) {
        // In an order of its own: that of a map of settings is anybody's.
        new TreeMap<>(routes).forEach((name, settings) -> {
            String key = key(ROUTES, name);
            RouteLimits limits = RouteLimits.NONE;
            limits = with(key + ".cap-share", settings.capShare(), limits, RouteLimits::capShare);
            limits = with(key + ".cap", settings.cap(), limits, RouteLimits::cap);
            limits = with(key + ".share", settings.share(), limits, RouteLimits::share);
            RouteLimits wanted = limits;
            String[] members = list(settings.routes()).toArray(String[]::new);
            // Shares may add up to too much, names may be in two groups: which it is the message says.
            Optional<Double> share = settings.share();
            Object unused = check(
                    key + (share.isEmpty() ? ".routes" : ".share"),
                    share.isEmpty() ? list(settings.routes()) : share.get(),
                    () -> builder.limits(name, wanted, members));
        });
    }

    private static <T> RouteLimits with(
            String key, Optional<T> value, RouteLimits limits, BiFunction<RouteLimits, T, RouteLimits> change) {
        return value.isEmpty() ? limits : check(key, value.get(), () -> change.apply(limits, value.get()));
    }

    private static Supplier<? extends LimitAlgorithm> algorithm(LimitConfig limit) {
        Algorithm algorithm = limit.algorithm().orElse(Algorithm.ADAPTIVE);
        return switch (algorithm) {
            case ADAPTIVE -> {
                AdaptiveLimit.Builder builder = AdaptiveLimit.builder();
                if (anySet(limit.min(), limit.max(), limit.initial())) {
                    set(MIN, limit.min(), builder::minLimit);
                    set(MAX, limit.max(), builder::maxLimit);
                    set(INITIAL, limit.initial(), builder::initialLimit);
                }
                if (anySet(limit.warmUp().duration(), limit.warmUp().calls())) {
                    set(WARM_UP_DURATION, limit.warmUp().duration(), builder::warmUpDuration);
                    set(WARM_UP_CALLS, limit.warmUp().calls(), builder::warmUpCalls);
                }
                yield checkBounds(limit, builder::build);
            }
            case AIMD -> {
                AimdLimit.Builder builder = AimdLimit.builder();
                set(MIN, limit.min(), builder::minLimit);
                set(MAX, limit.max(), builder::maxLimit);
                set(INITIAL, limit.initial(), builder::initialLimit);
                rejectWarmUp(limit, algorithm);
                yield checkBounds(limit, builder::build);
            }
            case FIXED -> {
                Integer initial = limit.initial().orElseThrow(LimitSettings::initialMissing);
                reject(MIN, limit.min(), unless(algorithm));
                reject(MAX, limit.max(), unless(algorithm));
                rejectWarmUp(limit, algorithm);
                LimitAlgorithm constant = check(INITIAL, initial, () -> FixedLimit.of(initial));
                yield (Supplier<LimitAlgorithm>) () -> constant;
            }
        };
    }

    private static ConfigurationException initialMissing() {
        return refused(INITIAL, null, "it must be set if quarkus.loadline.limit.algorithm is fixed", null);
    }

    private static void rejectWarmUp(LimitConfig limit, Algorithm algorithm) {
        Optional<Duration> duration = limit.warmUp().duration();
        reject(WARM_UP_DURATION, duration, unless(algorithm));
        reject(WARM_UP_CALLS, limit.warmUp().calls(), unless(algorithm));
    }

    private static String unless(Algorithm algorithm) {
        return "and must not be set if quarkus.loadline.limit.algorithm is "
                + algorithm.name().toLowerCase(Locale.ROOT);
    }

    /** Builds one algorithm for trial, since bounds contradict each other only when they are taken together. */
    private static <T> Supplier<T> checkBounds(LimitConfig limit, Supplier<T> build) {
        T unused = check(keys(MIN, limit.min(), MAX, limit.max()), values(limit.min(), limit.max()), build);
        return build;
    }
}
