/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Starts under a prober that takes readiness at its word. Not thread-safe. */
final class Readiness {
    private static final int PERIOD_MILLIS = 50;
    private static final int PRODUCTS = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WATCHED = Duration.ofSeconds(3);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private final int starts;
    private final Path folder;
    private int probes;
    private int refusing;
    private int requests;
    private int wrong;
    private int flaps;

    Readiness(int starts, Path folder) {
        this.starts = starts;
        this.folder = folder;
    }

    Figures run() throws IOException, InterruptedException {
        Table table = new Table("start", "not ready yet", "ready s", "requests", "wrong", "flaps");
        for (int start = 1; start <= starts; start++) {
            int refusingBefore = refusing;
            int requestsBefore = requests;
            int wrongBefore = wrong;
            int flapsBefore = flaps;
            double readySeconds = probe(start);
            table.row(
                    start,
                    refusing - refusingBefore,
                    readySeconds,
                    requests - requestsBefore,
                    wrong - wrongBefore,
                    flaps - flapsBefore);
        }
        System.out.println(table);
        return new Figures()
                .put("starts", starts)
                .put("probes", probes)
                .put("probes_not_ready", refusing)
                .put("requests", requests)
                .put("wrong", wrong)
                .put("flaps", flaps)
                // A prober that never met a service that was not ready yet has shown nothing.
                .bar("control", refusing >= starts)
                .bar("answers_bar", wrong == 0 && requests >= starts)
                .bar("flaps_bar", flaps == 0);
    }

    private double probe(int start) throws IOException, InterruptedException {
        ServiceProcess.Builder builder = ServiceProcess.builder(
                        Sample.PLAIN_JAVA.jar(), folder.resolve("start-" + start + ".log"))
                .jvmArguments(FleetPlan.JVM)
                .env("CATALOG_MIB", "32")
                .env("CATALOG_MILLIS", "400");
        try (ServiceProcess service = builder.start()) {
            long startNanos = System.nanoTime();
            long readyNanos = 0;
            for (long tick = 1; readyNanos == 0 || System.nanoTime() - readyNanos < WATCHED.toNanos(); tick++) {
                Probe.Answer answer = Probe.get(service.port(), "/readyz", PROBE_TIMEOUT);
                boolean ready = answer != null && answer.status() == 200;
                probes++;
                if (ready) {
                    readyNanos = readyNanos == 0 ? System.nanoTime() : readyNanos;
                    request(service, (int) (tick * 61 % PRODUCTS));
                } else if (readyNanos != 0) {
                    flaps++;
                } else {
                    refusing += answer == null ? 0 : 1; // nobody listens before that
                    check(service, startNanos);
                }
                TimeUnit.NANOSECONDS.sleep(
                        startNanos + TimeUnit.MILLISECONDS.toNanos(tick * PERIOD_MILLIS) - System.nanoTime());
            }
            return (readyNanos - startNanos) / 1e9;
        }
    }

    private static void check(ServiceProcess service, long startNanos) {
        if (!service.isAlive() || System.nanoTime() - startNanos > PATIENCE.toNanos()) {
            throw new IllegalStateException("did not become ready, see " + service.log());
        }
    }

    /* The price as the sample's rows have it: known only to who has read them. */
    private void request(ServiceProcess service, int product) {
        requests++;
        long cents = 100 + product * 7919L % 100_000;
        String expected = "{\"product\":" + product + ",\"cents\":" + cents + "}";
        Probe.Answer answer = Probe.get(service.port(), "/catalog/" + product, PROBE_TIMEOUT);
        if (answer == null || answer.status() != 200 || !answer.body().equals(expected)) {
            wrong++;
            System.err.printf("product %d: expected %s, got %s%n", product, expected, answer);
        }
    }
}
