/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.HangingService;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Prometheus;
import io.loadline.benchmarks.hpa.HorizontalPodAutoscaler;
import io.loadline.benchmarks.hpa.MetricSample;
import io.loadline.benchmarks.hpa.PodStatus;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One scenario with one contestant, from a fresh fleet to the end. Not thread-safe. */
final class LoopRun implements AutoCloseable {
    static final Duration SLO = Duration.ofMillis(500);
    static final int MAX_REPLICAS = 6;
    private static final double BAD_SHARE = 0.05;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long TICK_MILLIS = 250;
    /* A fresh service says nothing of its load before it has had some. */
    private static final Duration LEAD_IN = Duration.ofSeconds(20);
    private static final Duration QUICK = Duration.ofMillis(20);
    private static final Duration SLOW = Duration.ofMillis(600);
    /* Of the clock, however fast the controller is: or the means of the load would not have seen it before it is over. */
    static final double SLOW_SECONDS = 60;

    private final Scenario scenario;
    private final Contestant contestant;
    private final Pace pace;
    private final double podPerSecond;
    private final HangingService dependency = new HangingService();
    private final LoadGenerator generator = new LoadGenerator();
    private final Prometheus prometheus;
    private final Fleet fleet;
    private final BufferedWriter timeline;
    private final HorizontalPodAutoscaler controller;
    private final List<Integer> desired = new ArrayList<>();
    private int violationSeconds;
    private double podSeconds;
    private boolean struck;
    private int before;

    /**
     * Prepares a run.
     *
     * @param image what the pods run
     * @param podPerSecond requests a second that one pod can answer
     * @param folder for all logs
     */
    LoopRun(Scenario scenario, Contestant contestant, Pace pace, Image image, double podPerSecond, Path folder)
            throws IOException, InterruptedException {
        this.scenario = scenario;
        this.contestant = contestant;
        this.pace = pace;
        this.podPerSecond = podPerSecond;
        controller = new HorizontalPodAutoscaler(1, MAX_REPLICAS, pace.behavior());
        dependency.answerAfter(QUICK);
        prometheus = Prometheus.start(Replica.METRICS, pace.scrape(), Map.of(), folder.resolve("prometheus"));
        fleet = new Fleet(prometheus, image, dependency.host(), folder.resolve("pods"));
        timeline = Files.newBufferedWriter(folder.resolve("timeline.csv"));
        desired.add(scenario.firstReplicas());
        timeline.write("second,offered_per_s,ended,good,shed,lost,desired,ready,paid,samples_milli\n");
    }

    /** Runs it, at the pace of the clock. */
    RunResult run() throws IOException, InterruptedException {
        fleet.scale(scenario.firstReplicas());
        fleet.awaitReady(PATIENCE);
        LoadRun load =
                generator.start(LoadPlan.builder(fleet.port(), scenario.paths().toArray(String[]::new))
                        .ratePerSecond(rate(0))
                        .timeout(SLO.multipliedBy(2))
                        .build());
        TimeUnit.NANOSECONDS.sleep(LEAD_IN.toNanos());
        load.window();
        LoadStats total = loop(load);
        load.stop();
        return new RunResult(
                scenario,
                contestant,
                violationSeconds,
                total.offered(),
                total.count(Outcome.SHED),
                total.lost(),
                podSeconds,
                desired,
                before);
    }

    private LoadStats loop(LoadRun load) throws IOException, InterruptedException {
        LoadStats total = new LoadStats();
        Map<String, MetricSample> samples = Map.of();
        long startNanos = System.nanoTime();
        double nextSecond = 1;
        double nextSync = 0;
        for (long tick = 1; ; tick++) {
            double now = (System.nanoTime() - startNanos) / 1e9;
            double second = now * pace.faster();
            if (second >= scenario.seconds) {
                return total;
            }
            load.ratePerSecond(rate(second));
            incident(second);
            if (now >= nextSync) {
                samples = PodMetrics.of(prometheus, contestant.query(pace), pace.cpuWindow());
                fleet.scale(decide(samples));
                nextSync += pace.sync().toMillis() / 1e3;
            }
            fleet.reconcile();
            if (now >= nextSecond) {
                LoadStats window = load.window();
                total = total.plus(window);
                record(now, second, window, samples);
                nextSecond++;
            }
            long dueNanos = startNanos + TimeUnit.MILLISECONDS.toNanos(tick * TICK_MILLIS);
            TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        }
    }

    private double rate(double second) {
        return scenario.offered(second) * podPerSecond;
    }

    private int decide(Map<String, MetricSample> samples) {
        long nowMillis = System.currentTimeMillis();
        int current = fleet.desired();
        List<PodStatus> pods = fleet.pods();
        // An adapter asks for the pods that there are; Prometheus may know more for a moment.
        samples.keySet().retainAll(pods.stream().map(PodStatus::name).collect(Collectors.toSet()));
        OptionalInt proposal = contestant.proposal(pace.calculator(), nowMillis, current, pods, samples);
        int replicas = controller.reconcile(nowMillis, current, List.of(proposal));
        desired.add(replicas);
        return replicas;
    }

    private void incident(double second) {
        double since = second - scenario.incidentSeconds;
        boolean on = since >= 0 && (scenario != Scenario.DEPENDENCY || since < SLOW_SECONDS * pace.faster());
        if (on == struck) {
            return;
        }
        struck = on;
        if (on) {
            before = fleet.desired();
        }
        switch (scenario) {
            case FLASH, FLASH_SCALED, WAVE -> {}
            case ROLLOUT -> fleet.rollOut();
            case KILLS -> fleet.killHalf();
            case DEPENDENCY -> dependency.answerAfter(on ? SLOW : QUICK);
        }
    }

    private void record(double now, double second, LoadStats window, Map<String, MetricSample> samples)
            throws IOException {
        long good = window.goodWithin(SLO);
        if (window.ended() - good > BAD_SHARE * window.ended()) {
            violationSeconds++;
        }
        podSeconds += fleet.paid() * window.elapsed().toNanos() / 1e9;
        timeline.write(String.format(
                Locale.ROOT,
                "%.0f,%.1f,%d,%d,%d,%d,%d,%d,%d,%s%n",
                now,
                rate(second),
                window.ended(),
                good,
                window.count(Outcome.SHED),
                window.lost(),
                fleet.desired(),
                fleet.ready(),
                fleet.paid(),
                samples.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(sample -> sample.getKey() + ":" + sample.getValue().milli())
                        .collect(Collectors.joining(" "))));
    }

    @Override
    public void close() throws IOException {
        generator.close();
        fleet.close();
        prometheus.close();
        dependency.close();
        timeline.close();
    }
}
