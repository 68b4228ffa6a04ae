/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import io.loadline.benchmarks.broker.Broker;
import io.loadline.benchmarks.broker.Kafka;
import io.loadline.benchmarks.broker.RabbitMq;
import io.loadline.benchmarks.harness.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is restarted: a server, for some with orders that come in through a message broker as well. */
enum Target {
    TOMCAT(Sample.SPRING_BOOT, "tomcat", null),
    JETTY(Sample.SPRING_BOOT, "jetty", null),
    NETTY(Sample.SPRING_BOOT, "netty", null),
    PLAIN(Sample.PLAIN_JAVA, "", null),
    RABBITMQ(Sample.SPRING_BOOT, "tomcat", RabbitMq::new),
    KAFKA(Sample.SPRING_BOOT, "netty", Kafka::new),
    QUARKUS(Sample.QUARKUS, "", null),
    /** The same service built without the extension, which shows what that is for: it is held to nothing. */
    QUARKUS_STOCK(Sample.QUARKUS, "", null);

    /** Those that are restarted if the command line names none. */
    static final List<Target> USUAL = List.of(TOMCAT, JETTY, NETTY, PLAIN, RABBITMQ, KAFKA);

    /** Starts a broker. */
    interface Starter {
        /** In {@code folder}, which is empty. */
        Broker start(Path folder) throws IOException, InterruptedException;
    }

    final Sample sample;
    /** The value of the environment variable {@code SERVER}. */
    final String server;

    private final @Nullable Starter starter;

    Target(Sample sample, String server, @Nullable Starter starter) {
        this.sample = sample;
        this.server = server;
        this.starter = starter;
    }

    /** Whether it never has Loadline, and so loses what it loses. */
    boolean isStock() {
        return this == QUARKUS_STOCK;
    }

    /** Whether orders come in as messages. */
    boolean consumes() {
        return starter != null;
    }

    /** Its broker, or null if it has none. */
    @Nullable
    Broker startBroker(Path folder) throws IOException, InterruptedException {
        return starter == null ? null : starter.start(folder);
    }
}
