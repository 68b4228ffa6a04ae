/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.client;

import io.loadline.spring.internal.GuardedHosts;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ClientHttpRequestInterceptor;

/**
 * Makes what guards the requests of a client that blocks. Warns once of threads that will wait longer than their guard's time
 * limit: it cannot take them away. What clients are told elsewhere than in Spring Boot's property nobody knows here.
 * Thread-safe.
 */
final class GuardedClients {
    static final String READ_TIMEOUT = "spring.http.clients.read-timeout";

    private static final Logger LOG = LoggerFactory.getLogger(GuardedClients.class);

    private final GuardedHosts hosts;
    private final Environment environment;
    private final AtomicBoolean looked = new AtomicBoolean();

    GuardedClients(GuardedHosts hosts, Environment environment) {
        this.hosts = hosts;
        this.environment = environment;
    }

    ClientHttpRequestInterceptor interceptor() {
        if (looked.compareAndSet(false, true)) {
            Duration waits = readTimeout();
            if (waits != null) {
                hosts.guards().stream()
                        .filter(guard -> guard.timeLimit().compareTo(waits) < 0)
                        .forEach(guard -> LOG.warn(
                                "Dependency '{}': threads of RestClient and RestTemplate wait for up to {} ({}), longer than"
                                        + " its time-limit of {}, which cannot end their wait",
                                guard.name(),
                                waits,
                                READ_TIMEOUT,
                                guard.timeLimit()));
            }
        }
        return new GuardingInterceptor(hosts);
    }

    private @Nullable Duration readTimeout() {
        try {
            return Binder.get(environment).bind(READ_TIMEOUT, Duration.class).orElse(null);
        } catch (BindException noDuration) {
            // Whoever builds the client says so.
            return null;
        }
    }
}
