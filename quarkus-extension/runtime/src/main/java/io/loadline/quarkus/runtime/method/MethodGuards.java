/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.quarkus.Guarded;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What stands in front of methods with {@link Guarded}. Thread-safe. */
@Singleton
public class MethodGuards {
    private final DependencyGuards guards;
    private final LoadlineConfig config;
    private final GuardNames names;

    /** Empty for those that are guarded elsewhere. */
    private final Map<Key, Optional<MethodGuard>> known = new ConcurrentHashMap<>();

    @Inject
    MethodGuards(DependencyGuards guards, LoadlineConfig config, GuardNames names) {
        this.guards = guards;
        this.config = config;
        this.names = names;
    }

    /**
     * Makes those that annotations name, so that the status and meters tell of them before the first call.
     *
     * @throws ConfigurationException if one cannot have its name
     */
    public void prepare() {
        for (String name : names.names()) {
            try {
                DependencyGuard unused = guards.guard(name);
            } catch (IllegalArgumentException e) {
                throw new ConfigurationException("@Guarded(\"" + name + "\"): " + e.getMessage(), e);
            }
        }
    }

    /** What stands in front of {@code method} of {@code bean}; null if nothing does here. */
    @Nullable
    MethodGuard of(Method method, Object bean, Guarded declared) {
        if (!config.enabled()) {
            return null;
        }
        Key key = new Key(method, bean.getClass(), declared.value());
        Optional<MethodGuard> guard = known.get(key);
        if (guard == null) {
            guard = known.computeIfAbsent(key, unused -> guard(method, bean, declared));
        }
        return guard.orElse(null);
    }

    private Optional<MethodGuard> guard(Method method, Object bean, Guarded declared) {
        // A client has the annotations of its interface, whose requests are guarded where they are sent.
        return names.isClient(bean.getClass())
                ? Optional.empty()
                : Optional.of(new MethodGuard(guards.guard(declared.value()), Returned.by(method)));
    }

    /** Beans inherit methods, each with a guard of its own. */
    private record Key(Method method, Class<?> bean, String guard) {}
}
