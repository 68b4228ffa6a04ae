/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.broker.Broker;
import io.loadline.benchmarks.broker.Confirmations;
import io.loadline.benchmarks.broker.Deliveries;
import io.loadline.benchmarks.broker.Kafka;
import io.loadline.benchmarks.broker.RabbitMq;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Variant;
import io.loadline.testing.RabbitBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A backlog of messages that a service with a limit works off while waves of requests take all of the limit. Not thread-safe.
 */
final class ConsumersPart implements Part {
    static final String BARS =
            "- of a backlog of 50,000 messages none is lost, and none handled twice that the broker does not tell to have"
                    + " been%n  delivered before, while the gate shuts and opens at least twice: then nobody fetches, nothing"
                    + " fetched is held,%n  nobody connects again and no partition moves.%n";

    private static final int BACKLOG = 50_000;
    private static final int QUICK_BACKLOG = 5_000;
    private static final int PAUSES_BAR = 2;
    private static final int CONNECTIONS_BAR = 2;

    /* Of the limit of 20, messages take 10 and requests 2 when it is calm, and these would take 30 in a wave. */
    private static final String PATH = "/work?ms=50";
    private static final double CALM_PER_SECOND = 40;
    private static final double WAVE_PER_SECOND = 600;
    private static final int LIMIT = 20;
    /* Longer than the consumers of Kafka may go without polling here. */
    private static final Duration WAVE = Duration.ofSeconds(10);
    private static final int MAX_POLL_INTERVAL_MILLIS = 8_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private enum Target {
        RABBITMQ(
                RabbitMq::new,
                20,
                60,
                List.of(
                        "--spring.rabbitmq.listener.simple.concurrency=10",
                        "--spring.rabbitmq.listener.simple.prefetch=5")),
        /* A send takes 5 ms: the client waits for others to send together with. */
        KAFKA(
                Kafka::new,
                2,
                20,
                List.of(
                        "--spring.kafka.listener.concurrency=4",
                        "--spring.kafka.consumer.max-poll-records=5",
                        "--spring.kafka.consumer.properties[max.poll.interval.ms]=" + MAX_POLL_INTERVAL_MILLIS));

        private final Starter starter;
        private final int handlingMillis;
        /* So that a tenth of the messages also lasts for some waves. */
        private final int quickHandlingMillis;
        private final List<String> arguments;

        Target(Starter starter, int handlingMillis, int quickHandlingMillis, List<String> arguments) {
            this.starter = starter;
            this.handlingMillis = handlingMillis;
            this.quickHandlingMillis = quickHandlingMillis;
            this.arguments = arguments;
        }

        /** Its name in figures. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private interface Starter {
        Broker start(Path folder) throws Exception;
    }

    /**
     * What was seen.
     *
     * @param connections that were opened after the service had all it needs
     * @param rebalances changes of the group of consumers, from then on
     */
    private record Result(
            Deliveries deliveries,
            double seconds,
            IntakeWatch watch,
            long connections,
            int rebalances,
            LoadStats requests) {}

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        Table table = new Table(
                "backlog of",
                "messages",
                "lost",
                "redelivered",
                "twice",
                "unexplained",
                "seconds",
                "paused",
                "resumed",
                "longest pause s",
                "handled in pauses",
                "held in pauses",
                "connected again",
                "rebalanced",
                "requests shed %",
                "otherwise lost");
        for (Target target : Target.values()) {
            if (target == Target.RABBITMQ && !RabbitBroker.isInstalled()) {
                System.err.println("Skipped: " + RabbitMq.MISSING);
                figures.put("consumers_" + target, "skipped");
                continue;
            }
            System.err.printf("A backlog in %s ...%n", target);
            Result result = measure(target, quick, Files.createDirectories(folder.resolve(target.toString())));
            Deliveries deliveries = result.deliveries;
            IntakeWatch watch = result.watch;
            LoadStats requests = result.requests;
            table.row(
                    target,
                    deliveries.placed(),
                    deliveries.lost(),
                    deliveries.redelivered(),
                    deliveries.twice(),
                    deliveries.unexplained(),
                    result.seconds,
                    watch.pauses(),
                    watch.resumes(),
                    watch.longestPauseSeconds(),
                    watch.handledInPauses(),
                    watch.heldInPauses(),
                    result.connections,
                    result.rebalances,
                    100.0 * requests.count(Outcome.SHED) / requests.ended(),
                    requests.lost());
            String prefix = "consumers_" + target + '_';
            figures.put(prefix + "messages", deliveries.placed())
                    .put(prefix + "lost", deliveries.lost())
                    .put(prefix + "redelivered", deliveries.redelivered())
                    .put(prefix + "twice", deliveries.twice())
                    .put(prefix + "seconds", result.seconds)
                    .put(prefix + "pauses", watch.pauses())
                    .put(prefix + "resumes", watch.resumes())
                    .put(prefix + "longest_pause_s", watch.longestPauseSeconds())
                    .put(prefix + "connections", result.connections)
                    .put(prefix + "rebalances", result.rebalances)
                    .bar(prefix + "lost_bar", deliveries.lost() == 0)
                    .bar(prefix + "once_bar", deliveries.unexplained() == 0)
                    .bar(prefix + "pauses_bar", watch.pauses() >= PAUSES_BAR && watch.resumes() >= PAUSES_BAR)
                    .bar(prefix + "quiet_bar", watch.handledInPauses() == 0 && watch.heldInPauses() == 0)
                    .bar(prefix + "connections_bar", result.connections <= CONNECTIONS_BAR)
                    .bar(prefix + "rebalances_bar", result.rebalances == 0);
            if (target == Target.KAFKA) {
                // Otherwise nothing would be proved of those who do not poll.
                figures.bar(prefix + "long_pause_bar", watch.longestPauseSeconds() * 1_000 > MAX_POLL_INTERVAL_MILLIS);
            }
        }
        System.out.println(table);
    }

    private static Result measure(Target target, boolean quick, Path folder) throws Exception {
        int backlog = quick ? QUICK_BACKLOG : BACKLOG;
        Duration calm = Duration.ofSeconds(quick ? 3 : 20);
        try (LoadGenerator generator = new LoadGenerator();
                Broker broker = target.starter.start(Files.createDirectories(folder.resolve("broker")))) {
            Confirmations confirmations = Confirmations.of(broker);
            broker.placeAll(
                    IntStream.range(0, backlog).mapToObj(Integer::toString).toList());
            try (ServiceProcess process = service(target, quick, broker, folder)) {
                process.awaitReady(Duration.ofSeconds(90));
                long startNanos = System.nanoTime();
                LoadRun requests = generator.start(LoadPlan.builder(process.port(), PATH)
                        .ratePerSecond(CALM_PER_SECOND)
                        .timeout(Duration.ofSeconds(1))
                        .build());
                IntakeWatch watch = new IntakeWatch(process, broker, confirmations, backlog);
                watch.until(PATIENCE, () -> watch.openFor(calm) && confirmations.orders() > 0);
                int generation = broker.generation().orElse(0);
                // After that, since who asks the broker opens connections, too.
                long connected = broker.connectionsOpened();
                for (int wave = 1; wave <= (quick ? 2 : 4) && confirmations.orders() < backlog; wave++) {
                    requests.ratePerSecond(WAVE_PER_SECOND);
                    watch.until(PATIENCE, () -> watch.shutFor(WAVE));
                    requests.ratePerSecond(CALM_PER_SECOND);
                    watch.until(PATIENCE, () -> watch.openFor(calm));
                }
                watch.whileProgress(PATIENCE);
                double seconds = (System.nanoTime() - startNanos) / 1e9;
                Deliveries deliveries = confirmations.await(backlog);
                return new Result(
                        deliveries,
                        seconds,
                        watch,
                        broker.connectionsOpened() - connected,
                        broker.generation().orElse(0) - generation,
                        requests.stop());
            }
        }
    }

    private static ServiceProcess service(Target target, boolean quick, Broker broker, Path folder) throws IOException {
        ServiceProcess.Builder builder = Variant.LOADLINE
                .service(folder.resolve("service.log"), "LimitedFulfilment")
                .jvmArguments(List.of("-Xms512m", "-Xmx512m"))
                .arguments(target.arguments)
                .env("FULFILMENT_MILLIS", String.valueOf(quick ? target.quickHandlingMillis : target.handlingMillis))
                .env("LOADLINE_LIMIT_ALGORITHM", "fixed")
                .env("LOADLINE_LIMIT_INITIAL", String.valueOf(LIMIT))
                .env("LOADLINE_GUARD_INTAKE_ENABLED", "true");
        for (Map.Entry<String, String> each : broker.environment().entrySet()) {
            builder.env(each.getKey(), each.getValue());
        }
        return builder.start();
    }
}
