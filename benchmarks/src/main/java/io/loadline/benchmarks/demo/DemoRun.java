/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.demo;

import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** One pass through the demo's phases, with or without Loadline. Not thread-safe. */
final class DemoRun {
    /** The phases, in their order; a request belongs to the one in which it ended. */
    enum Phase {
        /** A ramp, long enough that the limiter has seen the calls it wants to see before it refuses any. */
        WARM(0.6),
        OVERLOAD(3),
        /** From the end of the overload to SIGTERM. */
        NORMAL(0.35),
        /** From SIGTERM of one instance on. */
        RESTART(0.35);

        /* Of what both instances can do. Normal load is what one instance can carry alone. */
        final double factor;

        Phase(double factor) {
            this.factor = factor;
        }
    }

    /** What a run came to; {@code drain} is the time from SIGTERM to the end of the process. */
    record Result(Map<Phase, LoadStats> phases, Duration drain, Duration restart) {
        LoadStats in(Phase phase) {
            return Objects.requireNonNull(phases.get(phase));
        }

        LoadStats all() {
            return phases.values().stream().reduce(LoadStats::plus).orElseThrow();
        }
    }

    static final int MIN_SECONDS = 20;
    private static final int WARM_SECONDS = 8;
    private static final int BALANCER_DELAY_SECONDS = 2;
    private static final int HEADER_EVERY = 20;

    private final Sample sample;
    private final boolean loadline;
    private final int seconds;
    private final double capacityPerSecond;
    private final Path folder;
    private final Map<Phase, LoadStats> phases = new EnumMap<>(Phase.class);
    private final ExecutorService background = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "demo");
        thread.setDaemon(true);
        return thread;
    });
    private int rows;
    /* Written by the restarting thread, read after it has ended. */
    private volatile Duration drain = Duration.ZERO;
    private volatile Duration restart = Duration.ZERO;

    DemoRun(Sample sample, boolean loadline, int seconds, double capacityPerSecond, Path folder) {
        this.sample = sample;
        this.loadline = loadline;
        this.seconds = seconds;
        this.capacityPerSecond = capacityPerSecond;
        this.folder = folder;
    }

    Result run() throws Exception {
        String prefix = loadline ? "loadline-" : "baseline-";
        try (Instance a = new Instance(prefix + 'a', sample, loadline, folder);
                Instance b = new Instance(prefix + 'b', sample, loadline, folder);
                Balancer balancer = new Balancer();
                LoadGenerator generator = new LoadGenerator()) {
            System.out.printf("%n== %s Loadline: starting two instances ...%n", loadline ? "With" : "Without");
            a.start();
            b.start();
            a.awaitReady();
            b.awaitReady();
            balancer.add(a.port());
            balancer.add(b.port());
            addresses(a, b, balancer);
            drive(generator, balancer, a, b, folder.resolve(prefix + "requests.csv"));
            return new Result(phases, drain, restart);
        } finally {
            background.shutdownNow();
        }
    }

    private void addresses(Instance a, Instance b, Balancer balancer) {
        System.out.printf("   balancer    http://127.0.0.1:%d/pool  /orders/1%n", balancer.port());
        for (Instance instance : List.of(a, b)) {
            System.out.printf(
                    "   instance %s  http://127.0.0.1:%d/metrics  /readyz%s%n",
                    instance == a ? "a" : "b",
                    instance.port(),
                    loadline ? "  http://127.0.0.1:" + instance.statusPort() + "/loadline" : "");
        }
    }

    private void drive(LoadGenerator generator, Balancer balancer, Instance a, Instance b, Path log) throws Exception {
        int overloadFrom = WARM_SECONDS;
        int normalFrom = overloadFrom + (seconds - WARM_SECONDS) / 2;
        int restartFrom = normalFrom + 3;
        LoadRun load = generator.start(LoadPlan.builder(balancer.port(), "/pool")
                .ratePerSecond(warmRate(1))
                .freshShare(0.1)
                .maxIdle(Duration.ofMillis(400))
                .log(log)
                .build());
        CompletableFuture<Void> restarted = new CompletableFuture<>();
        Phase phase = Phase.WARM;
        announce(phase);
        int last = seconds;
        long startNanos = System.nanoTime();
        for (int second = 1; second <= last; second++) {
            TimeUnit.NANOSECONDS.sleep(startNanos + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
            count(phase, load.window(), second, a, b);
            if (second < overloadFrom) {
                load.ratePerSecond(warmRate(second + 1));
            } else if (second == overloadFrom || second == normalFrom || second == restartFrom) {
                phase = Phase.values()[phase.ordinal() + 1];
                announce(phase);
                load.ratePerSecond(phase.factor * capacityPerSecond);
            }
            if (second == restartFrom) {
                restarted = CompletableFuture.runAsync(() -> restart(balancer, b), background);
            } else if (!restarted.isDone()) {
                // The instance waits for itself for a bounded time, and shall be seen at work again.
                last = Math.max(last, second + 2);
            }
        }
        load.stop();
        phases.merge(phase, load.window(), LoadStats::plus);
        restarted.get();
    }

    /* A ramp: all the JVMs here are cold, and share the machine. */
    private double warmRate(int second) {
        return Phase.WARM.factor * capacityPerSecond * second / WARM_SECONDS;
    }

    private void announce(Phase phase) {
        String what = switch (phase) {
            case WARM -> "warm, up to";
            case OVERLOAD -> "3 times what both instances can do:";
            case NORMAL -> "normal again:";
            case RESTART ->
                "SIGTERM to b, to which the balancer goes on sending for " + BALANCER_DELAY_SECONDS
                        + " s; then b starts again:";
        };
        System.out.printf(Locale.ROOT, "%n-- %s %.0f requests/s%n", what, phase.factor * capacityPerSecond);
        rows = 0;
    }

    private void restart(Balancer balancer, Instance instance) {
        try {
            long startNanos = System.nanoTime();
            instance.terminate();
            background.execute(() -> {
                try {
                    TimeUnit.SECONDS.sleep(BALANCER_DELAY_SECONDS);
                    balancer.remove(instance.port());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            instance.awaitExit();
            drain = Duration.ofNanos(System.nanoTime() - startNanos);
            TimeUnit.NANOSECONDS.sleep(
                    TimeUnit.SECONDS.toNanos(BALANCER_DELAY_SECONDS) + 100_000_000 - drain.toNanos());
            instance.start();
            instance.awaitReady();
            balancer.add(instance.port());
            restart = Duration.ofNanos(System.nanoTime() - startNanos);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(Phase phase, LoadStats window, int second, Instance a, Instance b) {
        phases.merge(phase, window, LoadStats::plus);
        CompletableFuture<String> viewA = CompletableFuture.supplyAsync(a::view, background);
        CompletableFuture<String> viewB = CompletableFuture.supplyAsync(b::view, background);
        if (rows++ % HEADER_EVERY == 0) {
            String cells = Instance.cells("state", "load", "limit", "in-flight");
            System.out.printf(
                    "%4s %7s %8s %6s %5s %7s %7s %7s | a %s | b %s%n",
                    "s", "offered", "admitted", "shed", "lost", "goodput", "p50 ms", "p99 ms", cells, cells);
        }
        long shed = window.count(Outcome.SHED);
        System.out.printf(
                Locale.ROOT,
                "%4d %7d %8d %6d %5d %7d %7.0f %7.0f | a %s | b %s%n",
                second,
                window.offered(),
                window.ended() - shed,
                shed,
                window.lost(),
                window.count(Outcome.OK),
                window.latencyMillis(50),
                window.latencyMillis(99),
                viewA.join(),
                viewB.join());
    }
}
