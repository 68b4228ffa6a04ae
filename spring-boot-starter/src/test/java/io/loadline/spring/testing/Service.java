/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import io.loadline.Loadline;
import io.loadline.limit.LimiterStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A real application on a free port. Thread-safe. */
public final class Service implements AutoCloseable {
    private static final List<String> DEFAULTS = List.of(
            "server.port=0",
            "spring.main.banner-mode=off",
            "spring.application.name=test",
            "loadline.limit.algorithm=fixed",
            "loadline.limit.initial=10",
            "management.endpoint.health.probes.add-additional-paths=true",
            "management.endpoints.web.exposure.include=*");

    private final ConfigurableApplicationContext context;

    private Service(ConfigurableApplicationContext context) {
        this.context = context;
    }

    public static Service start(Class<?> application, WebApplicationType type, String... properties) {
        List<String> arguments = new ArrayList<>();
        DEFAULTS.forEach(each -> arguments.add("--" + each));
        List.of(properties).forEach(each -> arguments.add("--" + each));
        return new Service(new SpringApplicationBuilder(application)
                .web(type)
                .registerShutdownHook(false)
                .properties(Map.of("logging.level.root", "warn"))
                .run(arguments.toArray(new String[0])));
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    public int managementPort() {
        return context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
    }

    public Loadline loadline() {
        return context.getBean(Loadline.class);
    }

    public int inFlight() {
        return loadline().limiter().inFlight();
    }

    public LimiterStats stats() {
        return loadline().limiter().stats();
    }

    @Override
    public void close() {
        context.close();
    }
}
