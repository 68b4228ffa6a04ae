/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.Loadline;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.quarkus.ConcurrencyLimited;
import io.loadline.quarkus.runtime.config.Expressions;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.http.AdmittedRequest;
import io.loadline.time.Registration;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** By what methods with {@link ConcurrencyLimited} are limited. Thread-safe. */
@Singleton
public class MethodLimits {
    private final Loadline loadline;
    private final LoadlineConfig config;
    private final LimitedMethods methods;
    private final Instance<ConcurrencyLimiter> limiters;
    private final Map<Key, MethodLimit> known = new ConcurrentHashMap<>();

    /** One of each name, also where a producer without a scope would make another each time. */
    private final Map<String, ConcurrencyLimiter> byName = new ConcurrentHashMap<>();

    @Inject
    MethodLimits(
            Loadline loadline,
            LoadlineConfig config,
            LimitedMethods methods,
            @Any Instance<ConcurrencyLimiter> limiters) {
        this.loadline = loadline;
        this.config = config;
        this.methods = methods;
        this.limiters = limiters;
    }

    /**
     * Makes the limiters that are named, and has them beat with the service: nobody else does.
     *
     * @throws ConfigurationException if one is not there, or a wait is none
     */
    public void prepare() {
        Set<ConcurrencyLimiter> beating = Collections.newSetFromMap(new IdentityHashMap<>());
        beating.add(loadline.limiter());
        for (LimitedMethods.Found each : methods.found()) {
            Duration unused = maxWait(each.getPlace(), each.getMaxWait());
            ConcurrencyLimiter limiter = limiter(each.getPlace(), each.getLimiter());
            if (beating.add(limiter)) {
                Registration unusedAsLongAsTheService = loadline.heartbeat().listen(beat -> limiter.beat());
            }
        }
    }

    /** By what a call of {@code method} is limited; null if it is not, or has a place already. */
    @Nullable
    MethodLimit of(Method method, ConcurrencyLimited declared) {
        if (!config.enabled()) {
            return null;
        }
        Key key = new Key(method, declared);
        MethodLimit limit = known.get(key);
        if (limit == null) {
            limit = known.computeIfAbsent(key, unused -> limit(method, declared));
        }
        return limit.ofService() && AdmittedRequest.isCurrent() ? null : limit;
    }

    private MethodLimit limit(Method method, ConcurrencyLimited declared) {
        String place = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        ConcurrencyLimiter limiter = limiter(place, declared.limiter());
        String route = Expressions.resolve(declared.route());
        return new MethodLimit(
                limiter,
                limiter.route(route.isEmpty() ? place : route),
                maxWait(place, declared.maxWait()),
                declared.limiter().isEmpty(),
                Returned.by(method));
    }

    private ConcurrencyLimiter limiter(String place, String name) {
        if (name.isEmpty()) {
            return loadline.limiter();
        }
        Instance<ConcurrencyLimiter> named = limiters.select(Identifier.Literal.of(name));
        if (!named.isResolvable()) {
            throw refused(
                    place,
                    "limiter",
                    name,
                    "there is no one bean with @Identifier(\"" + name + "\") of that type",
                    null);
        }
        return byName.computeIfAbsent(name, unused -> named.get());
    }

    /** Beans inherit methods, each with an annotation of its own. */
    private record Key(Method method, ConcurrencyLimited declared) {}

    private static Duration maxWait(String place, String text) {
        String value = Expressions.resolve(text);
        if (value.isEmpty()) {
            return Duration.ZERO;
        }
        try {
            Duration wait = DurationConverter.parseDuration(value);
            if (!wait.isNegative()) {
                return wait;
            }
        } catch (IllegalArgumentException e) {
            throw refused(place, "maxWait", value, "it must be a duration such as 200ms", e);
        }
        throw refused(place, "maxWait", value, "it must not be negative", null);
    }

    private static ConfigurationException refused(
            String place, String attribute, String value, String allowed, @Nullable Throwable cause) {
        return new ConfigurationException(
                "Calls of " + place + " cannot be limited: " + attribute + " = " + value + ": " + allowed + ". Change "
                        + attribute + " of its @ConcurrencyLimited.",
                cause);
    }
}
