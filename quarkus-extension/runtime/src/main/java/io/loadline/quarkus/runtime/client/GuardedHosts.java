/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import static io.loadline.quarkus.runtime.config.Setting.refused;

import io.loadline.guard.DependencyGuard;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The guards of dependencies by their hosts. Immutable. */
final class GuardedHosts {
    /** No host is guarded. */
    static final GuardedHosts NONE = builder().build();

    private final Map<String, Target> targets;

    private GuardedHosts(Map<String, Target> targets) {
        this.targets = Map.copyOf(targets);
    }

    static Builder builder() {
        return new Builder();
    }

    boolean isEmpty() {
        return targets.isEmpty();
    }

    /** What guards requests to {@code uri}; null if nothing does. One with the port goes before one without. */
    @Nullable
    Target find(URI uri) {
        if (targets.isEmpty() || uri.getHost() == null) {
            return null;
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        Target exact = targets.get(host + ":" + port(uri));
        return exact != null ? exact : targets.get(host);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /**
     * What guards requests. Immutable.
     *
     * @param guard the guard
     * @param propagate whether criticality and time go with them
     */
    record Target(DependencyGuard guard, boolean propagate) {}

    /** Builds these. Not thread-safe. */
    static final class Builder {
        private final Map<String, Target> targets = new HashMap<>();

        private Builder() {}

        /**
         * Adds a host, with a port or without.
         *
         * @throws ConfigurationException if it is none, or another dependency has it
         */
        void add(String key, String host, DependencyGuard guard, boolean propagate) {
            String allowed = "it must be a host such as inventory.internal or 10.0.0.7:8080";
            String name = host.strip().toLowerCase(Locale.ROOT);
            URI uri;
            try {
                uri = URI.create("http://" + name);
            } catch (IllegalArgumentException e) {
                throw refused(key, host, allowed, e);
            }
            if (uri.getHost() == null || uri.getRawUserInfo() != null || !name.equals(uri.getRawAuthority())) {
                throw refused(key, host, allowed, null);
            }
            Target before = targets.put(name, new Target(guard, propagate));
            if (before != null && before.guard() != guard) {
                throw refused(key, host, "it is a host of '" + before.guard().name() + "' already", null);
            }
        }

        GuardedHosts build() {
            return new GuardedHosts(targets);
        }
    }
}
