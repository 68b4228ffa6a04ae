/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A real application on a free port. Thread-safe. */
public final class Service implements AutoCloseable {
    private static final List<String> DEFAULTS = List.of(
            "server.port=0",
            "spring.main.banner-mode=off",
            "spring.application.name=test",
            "spring.reactor.netty.shutdown-quiet-period=0s",
            "loadline.limit.algorithm=fixed",
            "loadline.limit.initial=10",
            "management.health.rabbit.enabled=false",
            "management.endpoint.health.probes.add-additional-paths=true",
            "management.endpoints.web.exposure.include=*");

    private final ConfigurableApplicationContext context;

    private Service(ConfigurableApplicationContext context) {
        this.context = context;
    }

    public static Service start(Class<?> application, Server server, String... properties) {
        Map<String, String> arguments = new LinkedHashMap<>(); // the last value of a key counts
        Stream.concat(DEFAULTS.stream(), Stream.of(properties)).forEach(each -> {
            int equals = each.indexOf('=');
            arguments.put(each.substring(0, equals), each.substring(equals + 1));
        });
        return new Service(new SpringApplicationBuilder(application)
                .web(server.type())
                .registerShutdownHook(false)
                .properties(Map.of("logging.level.root", "warn"))
                .run(Stream.concat(
                                Stream.of(server.argument()),
                                arguments.entrySet().stream().map(each -> "--" + each.getKey() + "=" + each.getValue()))
                        .toArray(String[]::new)));
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

    /** Waits until no request is in flight, and for the counts of what ended since {@code before} to be {@code expected}. */
    public void awaitEnded(LimiterStats before, LimiterStats expected) {
        await().untilAsserted(() -> {
            assertThat(inFlight()).isZero();
            assertThat(stats().minus(before)).isEqualTo(expected);
        });
    }

    /** Event streams, WebSockets and long polls that are open. */
    public int longLived() {
        return loadline().drain().longLived().count();
    }

    /** Counts of one request that ended so. */
    public static LimiterStats one(Outcome outcome) {
        return new LimiterStats(
                outcome == Outcome.SUCCESS ? 1 : 0,
                outcome == Outcome.IGNORED ? 1 : 0,
                outcome == Outcome.DROPPED ? 1 : 0,
                0,
                0,
                0);
    }

    @Override
    public void close() {
        context.close();
    }
}
