/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.Prometheus;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.testing.Ports;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Restarts of a service under traffic while Prometheus scrapes it: its load must be absent from the moment on in which it
 * warms up or leaves. Not thread-safe.
 */
final class TransitionsPart implements Part {
    static final String BARS =
            "- over 20 restarts (3 with --quick) Prometheus finds no load in any scrape that began after a"
                    + " transition to WARMING or%n  DRAINING, never NaN, and a load in between; all of which is void, and fails,"
                    + " unless it was answered in all states.%n";

    private static final Duration EVERY = Duration.ofMillis(250);
    private static final double PER_SECOND = 120;
    private static final long PUBLISHED_SECONDS = 60;
    private static final long SERVE_SECONDS = 2;

    /* What was scraped of one life of the service. */
    private record Life(Transitions transitions, long startMillis, long endMillis) {
        boolean covers(Point point) {
            return point.epochMillis() >= startMillis && point.epochMillis() < endMillis;
        }

        boolean isWithin(Point point, String from, String to) {
            return point.epochMillis() > transitions.at(from) && point.epochMillis() < transitions.at(to);
        }
    }

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        if (!Prometheus.isInstalled()) {
            System.out.println("Transitions: skipped, Prometheus is missing; Debian has it in the package prometheus.");
            figures.put("transitions", "skipped");
            return;
        }
        int restarts = quick ? 3 : 20;
        int port = Ports.free();
        List<Life> lives = new ArrayList<>();
        try (Prometheus prometheus =
                        Prometheus.start(Scrape.METRICS, EVERY, Map.of("orders", port), folder.resolve("prometheus"));
                LoadGenerator generator = new LoadGenerator()) {
            for (int i = 1; i <= restarts; i++) {
                System.err.printf("Restart %d of %d ...%n", i, restarts);
                lives.add(live(generator, port, folder.resolve("orders-" + i + ".log")));
            }
            evaluate(lives, prometheus, folder, figures);
        }
    }

    private static Life live(LoadGenerator generator, int port, Path log) throws Exception {
        long startMillis = System.currentTimeMillis();
        try (ServiceProcess process =
                Sample.SPRING_BOOT.service(true, log).port(port).start()) {
            process.awaitReady(Duration.ofSeconds(90));
            LoadRun run = generator.start(LoadPlan.builder(port, "/work?ms=5")
                    .ratePerSecond(PER_SECOND)
                    .build());
            awaitLoad(port);
            TimeUnit.SECONDS.sleep(SERVE_SECONDS);
            process.terminate();
            // What is stopped a moment later is the last that the instance hears of: the drain waits for silence.
            TimeUnit.SECONDS.sleep(1);
            run.stop();
            process.awaitExit(Duration.ofSeconds(40));
            return new Life(Transitions.of(process), startMillis, System.currentTimeMillis());
        }
    }

    private static void awaitLoad(int port) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PUBLISHED_SECONDS);
        while (true) {
            Scrape scrape = Scrape.of(port);
            if (scrape != null && !Double.isNaN(scrape.load())) {
                return;
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                throw new IllegalStateException("no load was published within " + PUBLISHED_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
    }

    private static void evaluate(List<Life> lives, Prometheus prometheus, Path folder, Figures figures)
            throws Exception {
        List<Point> loads = new ArrayList<>(Point.of(prometheus, "loadline_load"));
        loads.addAll(Point.of(prometheus, "loadline_load_percent"));
        List<Point> answered = Point.of(prometheus, "up").stream()
                .filter(point -> point.value() == 1)
                .toList();
        Files.writeString(folder.resolve("lives.txt"), String.valueOf(lives));
        long warming = 0;
        long draining = 0;
        long without = 0;
        for (Life life : lives) {
            warming += answered.stream()
                    .filter(point -> life.isWithin(point, "WARMING", "READY"))
                    .count();
            draining += answered.stream()
                    .filter(point -> life.isWithin(point, "DRAINING", "STOPPED"))
                    .count();
            without += loads.stream().noneMatch(life::covers) ? 1 : 0;
        }
        List<Point> wrong = loads.stream()
                .filter(point -> lives.stream()
                        .noneMatch(life -> life.covers(point) && life.transitions.mayPublish(point.epochMillis())))
                .toList();
        long notANumber =
                loads.stream().filter(point -> !Double.isFinite(point.value())).count();
        try (PrintWriter csv = new PrintWriter(folder.resolve("loads.csv").toFile(), StandardCharsets.UTF_8)) {
            csv.println("epoch_ms,load,wrong");
            loads.forEach(
                    point -> csv.println(point.epochMillis() + "," + point.value() + "," + wrong.contains(point)));
        }
        System.out.println(new Table(
                        "restarts",
                        "scrapes answered",
                        "in WARMING",
                        "in DRAINING",
                        "loads",
                        "too early or late",
                        "NaN")
                .row(lives.size(), answered.size(), warming, draining, loads.size(), wrong.size(), notANumber));
        figures.put("transitions_scrapes", answered.size())
                .put("transitions_scrapes_warming", warming)
                .put("transitions_scrapes_draining", draining)
                .put("transitions_loads", loads.size())
                .put("transitions_wrong", wrong.size())
                .put("transitions_nan", notANumber)
                .bar("transitions_scrapes_bar", warming > 0 && draining > 0 && without == 0)
                .bar("transitions_bar", wrong.isEmpty())
                .bar("transitions_nan_bar", notANumber == 0);
    }
}
