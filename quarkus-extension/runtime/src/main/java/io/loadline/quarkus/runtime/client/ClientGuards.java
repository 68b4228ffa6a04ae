/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import static io.loadline.quarkus.runtime.config.Setting.key;
import static io.loadline.quarkus.runtime.config.Setting.list;

import io.loadline.guard.DependencyGuards;
import io.loadline.quarkus.runtime.client.GuardedHosts.Target;
import io.loadline.quarkus.runtime.config.GuardConfig.Dependency;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.method.GuardNames;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.rest.client.RestClientBuilder;
import org.jboss.resteasy.reactive.client.impl.VertxRequestCustomizingClientBuilder;
import org.jspecify.annotations.Nullable;

/** Which requests of clients are guarded, and by what. Thread-safe. */
@Singleton
public class ClientGuards implements NewClients {
    /* After what others add to a request, such as a token that they fetch, which is no part of the call. */
    private static final int LAST = Integer.MAX_VALUE - 1;

    private final DependencyGuards guards;
    private final LoadlineConfig config;
    private final GuardNames names;
    private final GuardedHosts hosts;

    @Inject
    ClientGuards(DependencyGuards guards, LoadlineConfig config, GuardNames names) {
        this.guards = guards;
        this.config = config;
        this.names = names;
        this.hosts = config.enabled() ? hosts(guards, config.guard().dependencies()) : GuardedHosts.NONE;
    }

    @Override
    public void made(Class<?> client, RestClientBuilder builder) {
        if (config.enabled() && (!hosts.isEmpty() || names.isClient(client))) {
            RestClientBuilder unused = builder.register(new GuardFilter(this, client), LAST);
            if (builder instanceof VertxRequestCustomizingClientBuilder<?> known) {
                Object unusedBuilder = known.httpClientRequestCustomizer(GuardedRequest::connected);
            }
        }
    }

    /** What guards a request; null if nothing does. An annotation goes before hosts, that of a method before its client's. */
    @Nullable
    Target find(@Nullable Method method, Class<?> client, URI uri) {
        String name = names.ofClient(method, client);
        if (name == null) {
            return hosts.find(uri);
        }
        Dependency settings = config.guard().dependencies().get(name);
        return new Target(guards.guard(name), settings == null || propagates(settings));
    }

    private static GuardedHosts hosts(DependencyGuards guards, Map<String, Dependency> settings) {
        GuardedHosts.Builder hosts = GuardedHosts.builder();
        new TreeMap<>(settings).forEach((name, dependency) -> {
            String key = key("guard.dependencies", name) + ".hosts";
            list(dependency.hosts()).forEach(host -> hosts.add(key, host, guards.guard(name), propagates(dependency)));
        });
        return hosts.build();
    }

    private static boolean propagates(Dependency settings) {
        return settings.propagate().orElse(true);
    }
}
