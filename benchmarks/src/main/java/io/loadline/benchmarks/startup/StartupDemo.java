/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.MemoryGroup;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import java.awt.AWTError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Eight pods that start at once where there is little room, without Loadline and with it. Not thread-safe. */
public final class StartupDemo {
    private static final Duration READ_TIME = Duration.ofMillis(600);
    private static final int ROW_MILLIS = 500;
    private static final int HEADER_EVERY = 20;
    private static final int BAR_WIDTH = 40;
    private static final double BAR_FULL = 2.4;
    private static final double MIB = 1 << 20;

    private final Path folder;
    private final boolean grouped = FleetBenchmark.isGrouped();
    private int rows;

    private StartupDemo(Path folder) {
        this.folder = folder;
    }

    /** Runs it and returns the exit code: 0 if all pods with Loadline became ready and none was killed. */
    public static int run() throws IOException, InterruptedException {
        return new StartupDemo(Workspace.newResults("demo-startup")).start();
    }

    private int start() throws IOException, InterruptedException {
        System.out.println("Measuring what the eight take at rest, and what one takes while it starts ...");
        Calibration calibration = Calibration.measure(
                new FleetPlan(FleetPlan.EIGHT, 0, READ_TIME), 1, folder.resolve("calibration"), grouped);
        System.out.printf(
                Locale.ROOT,
                "At rest %.0f MiB; while it reads its catalog of %d MiB, a pod takes %.1f times what it takes at rest.%n"
                        + "JVMs: java %s%n",
                calibration.steadyBytes() / MIB,
                calibration.plan().spikeMib(),
                calibration.soloPeak(),
                String.join(" ", FleetPlan.JVM));
        FleetResult without = run("Without Loadline", Mode.NONE, calibration);
        FleetResult with = run("With Loadline", Mode.SENSING, calibration);
        System.out.printf("%n== Outcome%n%s", outcome(calibration, without, with));
        plot(calibration, without, with);
        System.out.println("Raw logs: " + Workspace.root().relativize(folder));
        return with.allReadyMillis() >= 0 && with.oomKills() <= 0 ? 0 : 1;
    }

    private FleetResult run(String title, Mode mode, Calibration calibration) throws IOException, InterruptedException {
        OptionalLong limit = Room.TIGHT.limitBytes(calibration.steadyBytes());
        System.out.printf(
                Locale.ROOT,
                "%n== %s: eight at once%s%n",
                title,
                grouped ? String.format(Locale.ROOT, " in %.0f MiB", limit.getAsLong() / MIB) : "");
        System.out.println("   . starting   R ready   X killed");
        rows = 0;
        try (@Nullable MemoryGroup group = grouped ? MemoryGroup.create(limit) : null) {
            FleetRun run = new FleetRun(calibration.plan(), mode, folder.resolve(mode.toString()), group);
            return run.watcher(state -> row(state, calibration, group))
                    .run(ProcessHandle.current().pid());
        }
    }

    private void row(FleetRun run, Calibration calibration, @Nullable MemoryGroup group) {
        FleetRun.Point now = run.points().get(run.points().size() - 1);
        if (now.millis() < (long) rows * ROW_MILLIS) {
            return;
        }
        if (rows++ % HEADER_EVERY == 0) {
            System.out.printf("%6s %6s %8s %5s  %-8s  memory%n", "s", "MiB", "x steady", "OOM", "pods");
        }
        run.pods().forEach(Pod::look);
        double ratio = calibration.ofSteady(now.bytes());
        System.out.printf(
                Locale.ROOT,
                "%6.1f %6.0f %8.2f %5s  %-8s  %s%n",
                now.millis() / 1e3,
                now.bytes() / MIB,
                ratio,
                group == null ? "-" : String.valueOf(group.oomKills()),
                run.pods().stream().map(StartupDemo::letter).collect(Collectors.joining()),
                bar(ratio));
    }

    private static String letter(Pod pod) {
        return switch (pod.state()) {
            case STARTING -> ".";
            case READY -> "R";
            case GONE -> "X";
        };
    }

    /* With a mark where the limit is. */
    private static String bar(double ratio) {
        int mark = (int) Math.round(Room.TIGHT_SHARE / BAR_FULL * BAR_WIDTH);
        StringBuilder bar = new StringBuilder(" ".repeat(BAR_WIDTH));
        for (int i = 0; i < Math.min(BAR_WIDTH, Math.round(ratio / BAR_FULL * BAR_WIDTH)); i++) {
            bar.setCharAt(i, '#');
        }
        bar.setCharAt(mark, '|');
        return bar.toString().stripTrailing();
    }

    private Table outcome(Calibration calibration, FleetResult without, FleetResult with) {
        Table table = new Table("", "without", "with Loadline");
        table.row("peak of the sum, x steady", peak(calibration, without), peak(calibration, with));
        table.row("OOM kills", kills(without), kills(with));
        table.row("pods ready", without.ready() + " of " + FleetPlan.EIGHT, with.ready() + " of " + FleetPlan.EIGHT);
        table.row("first ready", seconds(without.firstReadyMillis()), seconds(with.firstReadyMillis()));
        table.row("all ready", seconds(without.allReadyMillis()), seconds(with.allReadyMillis()));
        return table;
    }

    private static String ending(FleetResult result) {
        return result.gone() > 0
                ? result.gone() + " of " + FleetPlan.EIGHT + " killed"
                : "all ready after " + seconds(result.allReadyMillis());
    }

    private static String peak(Calibration calibration, FleetResult result) {
        return String.format(Locale.ROOT, "%.2f", calibration.ofSteady(result.peakBytes()));
    }

    private static String kills(FleetResult result) {
        return result.oomKills() < 0 ? "not measured" : String.valueOf(result.oomKills());
    }

    private static String seconds(long millis) {
        return millis < 0 ? "never" : String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }

    private void plot(Calibration calibration, FleetResult without, FleetResult with) throws IOException {
        Path file = folder.resolve("startup.png");
        try {
            new FleetPlot("Eight services start at once")
                    .add("without Loadline: " + ending(without), without)
                    .add("with Loadline: " + ending(with), with)
                    .save(file, calibration, grouped);
            System.out.println("Plot: " + Workspace.root().relativize(file));
        } catch (AWTError | LinkageError | RuntimeException e) {
            // A JDK without its desktop part, or a machine without a font.
            System.out.println("No plot, this JDK cannot draw here: " + e);
        }
    }
}
