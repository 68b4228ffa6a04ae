/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.loadline.Loadline;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.spring.LoadlineProperties.Dependency;
import io.loadline.spring.LoadlineProperties.Guard;
import io.loadline.spring.internal.GuardedHosts;
import io.loadline.spring.internal.InvalidSettingException;
import java.time.Duration;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the guards of dependencies that have settings. Stateless. */
final class GuardSettings {
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9-]+");

    // Those of the library, of which one may be set without the other.
    private static final int WINDOW = 100;
    private static final int MINIMUM_CALLS = 20;
    private static final Duration OPEN_FIRST = Duration.ofMillis(500);
    private static final Duration OPEN_MOST = Duration.ofSeconds(2);

    private GuardSettings() {}

    static void apply(Loadline.Builder loadline, Guard settings) {
        new TreeMap<>(settings.dependencies()).forEach((name, dependency) -> {
            String key = key(name);
            Loadline.Builder unused = LoadlineFactory.check(
                    key, name, () -> loadline.guard(name, builder -> configure(builder, key, dependency)));
        });
    }

    /** Thresholds beside those of a breaker that the application has. */
    static void checkUnused(CircuitBreakerRegistry breakers, Guard settings) {
        new TreeMap<>(settings.dependencies()).forEach((name, dependency) -> {
            if (breakers.find(name).isPresent()) {
                String key = key(name);
                reject(key + ".slow-call", dependency.slowCall());
                reject(key + ".slow-call-rate", dependency.slowCallRate());
                reject(key + ".failure-rate", dependency.failureRate());
                reject(key + ".window", dependency.window());
                reject(key + ".minimum-calls", dependency.minimumCalls());
                reject(key + ".open-first", dependency.openFirst());
                reject(key + ".open-most", dependency.openMost());
            }
        });
    }

    private static void reject(String key, @Nullable Object value) {
        if (value != null) {
            throw new InvalidSettingException(
                    key,
                    value,
                    "it has no effect: the CircuitBreakerRegistry has a breaker of that name, with thresholds of its own",
                    null);
        }
    }

    /** The guards by the hosts of their dependencies. */
    static GuardedHosts hosts(DependencyGuards guards, Guard settings) {
        GuardedHosts.Builder hosts = GuardedHosts.builder();
        new TreeMap<>(settings.dependencies()).forEach((name, dependency) -> {
            for (String host : dependency.hosts()) {
                hosts.add(key(name) + ".hosts", host, guard(guards, name, dependency), dependency.propagate());
            }
        });
        return hosts.build();
    }

    /** Those of a Loadline that the application has made itself have no settings yet. */
    private static DependencyGuard guard(DependencyGuards guards, String name, Dependency settings) {
        String key = key(name);
        return LoadlineFactory.check(key, name, () -> guards.guard(name, builder -> configure(builder, key, settings)));
    }

    private static void configure(DependencyGuard.Builder builder, String key, Dependency settings) {
        set(key + ".concurrency", settings.concurrency(), builder::concurrency);
        set(key + ".time-limit", settings.timeLimit(), builder::timeLimit);
        set(key + ".slow-call", settings.slowCall(), builder::slowCall);
        set(key + ".slow-call-rate", settings.slowCallRate(), builder::slowCallRate);
        set(key + ".failure-rate", settings.failureRate(), builder::failureRate);
        set(key + ".feeds-readiness", settings.feedsReadiness(), builder::feedsReadiness);
        Integer window = settings.window();
        Integer minimum = settings.minimumCalls();
        if (window != null || minimum != null) {
            int calls = Objects.requireNonNullElse(window, WINDOW);
            int least = Objects.requireNonNullElse(minimum, Math.min(MINIMUM_CALLS, calls));
            set(
                    window == null ? key + ".minimum-calls" : key + ".window",
                    window == null ? minimum : window,
                    unused -> builder.window(calls, least));
        }
        Duration first = settings.openFirst();
        Duration most = settings.openMost();
        if (first != null || most != null) {
            Duration begins = first != null ? first : least(OPEN_FIRST, Objects.requireNonNull(most));
            Duration ends = most != null ? most : begins.compareTo(OPEN_MOST) > 0 ? begins : OPEN_MOST;
            set(
                    first == null ? key + ".open-most" : key + ".open-first",
                    first == null ? most : first,
                    unused -> builder.open(begins, ends));
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static <T> void set(String key, @Nullable T value, Function<T, DependencyGuard.Builder> setter) {
        if (value != null) {
            DependencyGuard.Builder unused = LoadlineFactory.check(key, value, () -> setter.apply(value));
        }
    }

    /** As it is written: names with characters that Spring Boot would drop are in brackets. */
    private static String key(String name) {
        String prefix = "loadline.guard.dependencies";
        return PLAIN.matcher(name).matches() ? prefix + "." + name : prefix + "[" + name + "]";
    }
}
