/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.guard.DependencyGuard;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The guards of dependencies by the hosts of requests. Immutable. */
public final class GuardedHosts {
    private final Map<String, Target> targets;

    private GuardedHosts(Map<String, Target> targets) {
        this.targets = Map.copyOf(targets);
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** What guards requests to {@code uri}; null if nothing does. One with the port goes before one without. */
    public @Nullable Target find(URI uri) {
        if (targets.isEmpty() || uri.getHost() == null) {
            return null;
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        Target exact = targets.get(host + ":" + port(uri));
        return exact != null ? exact : targets.get(host);
    }

    /** All of them, each once. */
    public Set<DependencyGuard> guards() {
        return targets.values().stream().map(Target::guard).collect(Collectors.toSet());
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /**
     * What guards requests to a host. Immutable.
     *
     * @param guard the guard
     * @param propagate whether criticality and time go with them
     */
    public record Target(DependencyGuard guard, boolean propagate) {}

    /** Builds these. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Target> targets = new HashMap<>();

        private Builder() {}

        /**
         * Adds a host, with a port or without.
         *
         * @throws InvalidSettingException if it is none, or another dependency has it
         */
        public void add(String key, String host, DependencyGuard guard, boolean propagate) {
            String allowed = "it must be a host such as inventory.internal or 10.0.0.7:8080";
            String name = host.strip().toLowerCase(Locale.ROOT);
            URI uri;
            try {
                uri = URI.create("http://" + name);
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(key, host, allowed, e);
            }
            if (uri.getHost() == null || !name.equals(uri.getAuthority())) {
                throw new InvalidSettingException(key, host, allowed, null);
            }
            Target before = targets.put(name, new Target(guard, propagate));
            if (before != null && before.guard() != guard) {
                throw new InvalidSettingException(
                        key, host, "it is a host of '" + before.guard().name() + "' already", null);
            }
        }

        /** The guards. */
        public GuardedHosts build() {
            return new GuardedHosts(targets);
        }
    }
}
