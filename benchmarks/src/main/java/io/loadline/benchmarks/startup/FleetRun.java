/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.MemoryGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One start of a fleet, its memory sampled at 20 Hz until a while after all are ready or gone. Not thread-safe. */
final class FleetRun {
    /**
     * The memory of the fleet at one moment.
     *
     * @param millis since the first pod was started
     * @param bytes anonymous memory of all pods together
     */
    record Point(long millis, long bytes) {}

    private static final int SAMPLE_MILLIS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final FleetPlan plan;
    private final Mode mode;
    private final Path folder;
    private final @Nullable MemoryGroup group;
    private final List<Pod> pods = new CopyOnWriteArrayList<>();
    private final List<Point> points = new ArrayList<>();
    private Consumer<FleetRun> watcher = run -> {};
    private Duration afterwards = Duration.ofMillis(1500);
    private boolean collected;
    private long startNanos;

    /**
     * Prepares a run.
     *
     * @param folder for the logs of its pods
     * @param group what the pods are in; null to add up what each of them takes
     */
    FleetRun(FleetPlan plan, Mode mode, Path folder, @Nullable MemoryGroup group) {
        this.plan = plan;
        this.mode = mode;
        this.folder = folder;
        this.group = group;
    }

    /** Sets who is told of each sample, on the sampling thread. */
    FleetRun watcher(Consumer<FleetRun> watcher) {
        this.watcher = watcher;
        return this;
    }

    /** Sets for how long sampling goes on when all are ready or gone. Default: 1.5 s. */
    FleetRun afterwards(Duration afterwards) {
        this.afterwards = afterwards;
        return this;
    }

    /** Lets each pod collect its heap once when all are ready. */
    FleetRun collected() {
        this.collected = true;
        return this;
    }

    /** The pods started so far. */
    List<Pod> pods() {
        return pods;
    }

    /** The samples taken so far. */
    List<Point> points() {
        return points;
    }

    /**
     * Starts the pods, samples, and ends them.
     *
     * @throws IllegalStateException if a pod is neither ready nor gone within two minutes
     */
    FleetResult run(long seed) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        ExecutorService threads = Executors.newCachedThreadPool();
        startNanos = System.nanoTime();
        try {
            Future<Void> starting = threads.submit(() -> start(FleetPlan.names(seed, plan.size()), threads));
            sample(starting);
            return result(seed);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(10, TimeUnit.SECONDS); // a start that is under way has to be in the list
            pods.forEach(pod -> pod.process().close());
        }
    }

    private Void start(List<String> names, ExecutorService threads) throws IOException, InterruptedException {
        for (String name : names) {
            Pod pod = plan.start(name, mode, group, folder);
            pods.add(pod);
            if (mode == Mode.SERIAL) {
                pod.watch();
            } else {
                Future<Void> unused = threads.submit(() -> {
                    pod.watch();
                    return null;
                });
            }
        }
        return null;
    }

    private void sample(Future<Void> starting) throws IOException, InterruptedException, ExecutionException {
        long settledNanos = 0;
        for (long tick = 0; ; tick++) {
            long nowNanos = System.nanoTime();
            points.add(new Point(TimeUnit.NANOSECONDS.toMillis(nowNanos - startNanos), bytes()));
            watcher.accept(this);
            if (starting.isDone()) {
                starting.get(); // throws if a pod could not be started
            }
            boolean settled =
                    pods.size() == plan.size() && pods.stream().noneMatch(pod -> pod.state() == Pod.State.STARTING);
            if (!settled && nowNanos - startNanos > PATIENCE.toNanos()) {
                throw new IllegalStateException("not all are ready after " + PATIENCE.toSeconds() + " s: " + states());
            }
            if (settled && settledNanos == 0) {
                settledNanos = nowNanos;
                if (collected) {
                    collect();
                }
            }
            if (settledNanos != 0 && nowNanos - settledNanos >= afterwards.toNanos()) {
                return;
            }
            long dueNanos = startNanos + TimeUnit.MILLISECONDS.toNanos((tick + 1) * SAMPLE_MILLIS);
            TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        }
    }

    private void collect() throws IOException, InterruptedException {
        for (Pod pod : pods) {
            Jcmd.run(pod.process().pid(), folder.resolve("collections.log"), "GC.run");
        }
    }

    private String states() {
        return pods.stream().map(pod -> pod.name() + ' ' + pod.state()).collect(Collectors.joining(", "));
    }

    private long bytes() {
        return group != null
                ? group.anonymousBytes()
                : pods.stream().mapToLong(pod -> pod.process().anonymousBytes()).sum();
    }

    private FleetResult result(long seed) throws IOException {
        pods.forEach(Pod::look);
        List<Long> readyMillis = pods.stream()
                .filter(pod -> pod.readyNanos() != 0)
                .map(pod -> TimeUnit.NANOSECONDS.toMillis(pod.readyNanos() - startNanos))
                .sorted()
                .toList();
        int gone =
                (int) pods.stream().filter(pod -> pod.state() == Pod.State.GONE).count();
        Files.write(
                folder.resolve("memory.csv"),
                points.stream()
                        .map(point -> point.millis() + "," + point.bytes())
                        .toList());
        return new FleetResult(
                mode, seed, List.copyOf(points), pods.size(), readyMillis, gone, group == null ? -1 : group.oomKills());
    }
}
