/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.MemoryGroup;
import io.loadline.benchmarks.harness.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;
import org.jspecify.annotations.Nullable;

/** Eight pods at once, by every way to start them, for many seeds. Not thread-safe. */
final class FleetBenchmark {
    private static final double LOCK_PEAK = 1.25;
    private static final double SENSING_PEAK = 1.5;
    private static final double LAST_READY = 1.3;
    private static final double FIRST_READY = 1.1;

    /** One way to start in one room, measured once for each seed. */
    private record Leg(Mode mode, Room room) {
        boolean gated() {
            return mode == Mode.SENSING || mode == Mode.LOCK;
        }

        @Override
        public String toString() {
            return mode + "_" + room;
        }
    }

    private static final List<Leg> FREE = List.of(
            new Leg(Mode.NONE, Room.FREE),
            new Leg(Mode.UNGATED, Room.FREE),
            new Leg(Mode.SERIAL, Room.FREE),
            new Leg(Mode.SENSING, Room.FREE),
            new Leg(Mode.LOCK, Room.FREE));
    private static final List<Leg> TIGHT =
            List.of(new Leg(Mode.NONE, Room.TIGHT), new Leg(Mode.SENSING, Room.TIGHT), new Leg(Mode.LOCK, Room.TIGHT));

    private record Run(Leg leg, FleetResult result) {}

    private final int seeds;
    private final Duration readTime;
    private final Path folder;
    private final boolean grouped;
    private final List<Leg> legs = new ArrayList<>(FREE);
    private final List<Run> runs = new ArrayList<>();

    FleetBenchmark(int seeds, Duration readTime, Path folder) {
        this.seeds = seeds;
        this.readTime = readTime;
        this.folder = folder;
        this.grouped = isGrouped();
        if (grouped) {
            legs.addAll(TIGHT);
        }
    }

    /** Whether there can be a memory cgroup here; says so if not. */
    static boolean isGrouped() {
        try {
            MemoryGroup.create(OptionalLong.of(1L << 30)).close();
            return true;
        } catch (IOException e) {
            System.out.printf(
                    "No memory cgroup here (%s): the anonymous memory of the processes is added up instead, and nothing"
                            + " is killed for want of memory.%n",
                    e.getMessage());
            return false;
        }
    }

    Figures run() throws IOException, InterruptedException {
        System.out.println("JVMs: java " + String.join(" ", FleetPlan.JVM));
        System.err.println("What the fleet takes at rest, and how large a spike doubles a pod ...");
        Calibration calibration = Calibration.measure(
                new FleetPlan(FleetPlan.EIGHT, 0, readTime), seeds < 5 ? 1 : 3, folder.resolve("calibration"), grouped);
        System.out.printf(
                Locale.ROOT,
                "Steady: %.0f MiB for %d pods. A spike of %d MiB of rows makes one pod alone take %.2f x.%n",
                calibration.steadyBytes() / (double) (1 << 20),
                FleetPlan.EIGHT,
                calibration.plan().spikeMib(),
                calibration.soloPeak());
        Files.writeString(
                folder.resolve("runs.csv"), "seed,mode,room,peak,first_ready_ms,all_ready_ms,gone,oom_kills\n");
        for (int seed = 1; seed <= seeds; seed++) {
            for (Leg leg : turns(seed)) {
                run(leg, seed, calibration);
            }
        }
        System.out.println(table(calibration));
        return figures(calibration);
    }

    /* Rotated, so that no leg always comes after the same one. */
    private List<Leg> turns(int seed) {
        List<Leg> turns = new ArrayList<>(legs.subList(seed % legs.size(), legs.size()));
        turns.addAll(legs.subList(0, seed % legs.size()));
        return turns;
    }

    private void run(Leg leg, int seed, Calibration calibration) throws IOException, InterruptedException {
        OptionalLong limit = leg.room().limitBytes(calibration.steadyBytes());
        try (@Nullable MemoryGroup group = grouped ? MemoryGroup.create(limit) : null) {
            Path logs = folder.resolve("seed-" + seed).resolve(leg.toString());
            FleetResult result = new FleetRun(calibration.plan(), leg.mode(), logs, group).run(seed);
            runs.add(new Run(leg, result));
            String line = String.format(
                    Locale.ROOT,
                    "%d,%s,%s,%.3f,%d,%d,%d,%d",
                    seed,
                    leg.mode(),
                    leg.room(),
                    calibration.ofSteady(result.peakBytes()),
                    result.firstReadyMillis(),
                    result.allReadyMillis(),
                    result.gone(),
                    result.oomKills());
            System.err.println(line);
            Files.writeString(folder.resolve("runs.csv"), line + "\n", StandardOpenOption.APPEND);
        }
    }

    private Table table(Calibration calibration) {
        Table table = new Table(
                "mode",
                "room",
                "starts",
                "peak, x steady",
                "highest",
                "first ready s",
                "all ready s",
                "first / ungated",
                "all / serial",
                "starts with OOM kills",
                "pods lost");
        for (Leg leg : legs) {
            List<FleetResult> results = results(leg);
            table.row(
                    leg.mode(),
                    leg.room(),
                    results.size(),
                    two(median(peaks(leg, calibration))),
                    two(max(peaks(leg, calibration))),
                    seconds(results, FleetResult::firstReadyMillis),
                    seconds(results, FleetResult::allReadyMillis),
                    two(firstRatio(leg)),
                    two(lastRatio(leg)),
                    grouped
                            ? String.valueOf(results.stream()
                                    .filter(one -> one.oomKills() > 0)
                                    .count())
                            : "-",
                    results.stream().mapToInt(FleetResult::gone).sum());
        }
        return table;
    }

    private Figures figures(Calibration calibration) {
        Figures figures = new Figures()
                .put("seeds", seeds)
                .put("cgroup", grouped)
                .put("steady_mib", calibration.steadyBytes() >> 20)
                .put("spike_mib", calibration.plan().spikeMib())
                .put("solo_peak", calibration.soloPeak());
        boolean first = true;
        boolean last = true;
        for (Leg leg : legs) {
            figures.put(leg + "_peak", max(peaks(leg, calibration)));
            if (grouped && leg.room() == Room.TIGHT) {
                figures.put(
                        leg + "_oom_kills",
                        results(leg).stream().mapToLong(FleetResult::oomKills).sum());
            }
            if (leg.gated()) {
                first &= firstRatio(leg) <= FIRST_READY;
                last &= lastRatio(leg) <= LAST_READY;
                figures.put(leg + "_first_ready", firstRatio(leg)).put(leg + "_last_ready", lastRatio(leg));
            }
        }
        figures.bar("lock_peak_bar", peak(Mode.LOCK, calibration) <= LOCK_PEAK)
                .bar("sensing_peak_bar", peak(Mode.SENSING, calibration) <= SENSING_PEAK)
                .bar("last_ready_bar", last)
                .bar("first_ready_bar", first)
                .bar(
                        "all_ready_bar",
                        runs.stream()
                                .noneMatch(
                                        run -> run.leg().gated() && run.result().gone() > 0));
        if (!grouped) {
            return figures.put("oom_bar", "not_measured");
        }
        return figures.bar("oom_bar", kills(true) == 0).bar("oom_control", kills(false) > 0);
    }

    private double peak(Mode mode, Calibration calibration) {
        return legs.stream()
                .filter(leg -> leg.mode() == mode)
                .mapToDouble(leg -> max(peaks(leg, calibration)))
                .max()
                .orElseThrow();
    }

    private long kills(boolean gated) {
        return runs.stream()
                .filter(run -> run.leg().room() == Room.TIGHT && run.leg().gated() == gated)
                .mapToLong(run -> run.result().oomKills())
                .sum();
    }

    /* Times are compared within a seed: the machine is not the same all the time. The median, since it is noisy. */
    private double firstRatio(Leg leg) {
        return ratio(leg, Mode.UNGATED, FleetResult::firstReadyMillis);
    }

    private double lastRatio(Leg leg) {
        return ratio(leg, Mode.SERIAL, FleetResult::allReadyMillis);
    }

    private double ratio(Leg leg, Mode other, ToDoubleFunction<FleetResult> time) {
        List<FleetResult> others = results(new Leg(other, Room.FREE));
        List<FleetResult> results = results(leg);
        double[] ratios = new double[results.size()];
        for (int i = 0; i < ratios.length; i++) {
            double millis = time.applyAsDouble(results.get(i));
            // Never ready is later than any time.
            ratios[i] = millis < 0 ? Double.POSITIVE_INFINITY : millis / time.applyAsDouble(others.get(i));
        }
        return median(ratios);
    }

    private List<FleetResult> results(Leg leg) {
        return runs.stream()
                .filter(run -> run.leg().equals(leg))
                .map(Run::result)
                .toList();
    }

    private double[] peaks(Leg leg, Calibration calibration) {
        return results(leg).stream()
                .mapToDouble(result -> calibration.ofSteady(result.peakBytes()))
                .toArray();
    }

    private static String seconds(List<FleetResult> results, ToDoubleFunction<FleetResult> millis) {
        double[] reached =
                results.stream().mapToDouble(millis).filter(time -> time >= 0).toArray();
        return reached.length == 0 ? "never" : two(median(reached) / 1000);
    }

    private static double median(double[] values) {
        return Median.withDefaults().evaluate(values);
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    private static String two(double value) {
        return Double.isInfinite(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }
}
