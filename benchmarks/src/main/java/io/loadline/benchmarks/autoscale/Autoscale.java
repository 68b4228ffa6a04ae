/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.ClosedLoop;
import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.CpuGroup;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Haproxy;
import io.loadline.benchmarks.harness.Prometheus;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Autoscaling in a closed loop, by Loadline's signal and by others. Not thread-safe. */
@Command(
        name = "benchmarks/autoscale",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Starts and stops up to six instances of the sample, each with a quarter of a CPU, by Kubernetes'"
                + " algorithm for%nautoscaling/v2, which reads the instances through Prometheus.%n%nExits 0 only if:%n"
                + Bars.TEXT)
public final class Autoscale implements Callable<Integer> {
    private static final int CLIENTS = 4;
    private static final Duration CALIBRATION = Duration.ofSeconds(10);

    @Option(names = "--quick", description = "Fewer runs.")
    private boolean quick;

    @Option(
            names = "--unscaled",
            description =
                    "The times of controller, scrapes and scenarios as in Kubernetes, in all of them; otherwise five"
                            + " times shorter, but in flash.")
    private boolean unscaled;

    @Option(
            names = "--contestant",
            split = ",",
            description = "${COMPLETION-CANDIDATES} (default: all; in flash loadline and the CPU target that did best"
                    + " before; in incidents loadline; with --quick loadline and cpu50).")
    private List<Contestant> contestants = List.of();

    @Option(
            names = "--scenario",
            split = ",",
            description = "${COMPLETION-CANDIDATES} (default: all; with --quick flash_scaled).")
    private List<Scenario> scenarios = List.of();

    private final List<RunResult> results = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();

    public static void main(String[] args) {
        Commands.run(new Autoscale(), args);
    }

    @Override
    public Integer call() throws Exception {
        checkMachine();
        Path folder = Workspace.newResults("autoscale");
        System.out.println("Logs: " + Workspace.root().relativize(folder));
        Image image = Image.build(folder.resolve("image"));
        double podPerSecond = calibrate(image, pace(scenarios().get(0)), folder.resolve("calibration"));
        System.out.printf(Locale.ROOT, "One pod answers %.1f requests of %s a second.%n", podPerSecond, Replica.WORK);
        Files.writeString(
                folder.resolve("runs.csv"),
                "scenario,contestant,violation_s,offered,shed,lost,pod_s,direction_changes,highest,desired\n");
        for (Scenario scenario : scenarios()) {
            for (Contestant contestant : contestants(scenario)) {
                run(scenario, contestant, image, podPerSecond, folder);
            }
        }
        System.out.println(table());
        Figures figures = figures(podPerSecond);
        System.out.println(figures);
        return figures.exitCode();
    }

    /** A run that fails must not cost an hour of others. */
    private void run(Scenario scenario, Contestant contestant, Image image, double podPerSecond, Path folder)
            throws IOException, InterruptedException {
        String name = scenario + "-" + contestant;
        System.err.printf("%s, scaled by %s ...%n", scenario.title, contestant.title);
        Path logs = Files.createDirectories(folder.resolve(name));
        try (LoopRun run = new LoopRun(scenario, contestant, pace(scenario), image, podPerSecond, logs)) {
            try {
                RunResult result = run.run();
                results.add(result);
                String line = line(result);
                System.err.print(line);
                Files.writeString(folder.resolve("runs.csv"), line, StandardOpenOption.APPEND);
            } catch (IllegalStateException e) {
                System.err.println(name + " failed: " + e);
                failed.add(name);
            }
        }
    }

    /** What is missing cannot be replaced: without quotas the instances would take each other's CPU. */
    private static void checkMachine() {
        if (!Haproxy.isInstalled() || !Prometheus.isInstalled()) {
            throw new IllegalStateException(
                    "needs HAProxy and Prometheus, in Debian: apt-get install haproxy prometheus");
        }
        try {
            CpuGroup.create(Replica.CPUS).close();
        } catch (IOException e) {
            throw new IllegalStateException("needs a CPU cgroup for each instance: " + e.getMessage());
        }
    }

    private List<Scenario> scenarios() {
        if (!scenarios.isEmpty()) {
            return scenarios;
        }
        List<Scenario> all = new ArrayList<>(List.of(Scenario.values()));
        if (unscaled) {
            all.remove(Scenario.FLASH_SCALED);
        }
        return quick ? all.subList(0, 1) : all;
    }

    private List<Contestant> contestants(Scenario scenario) {
        if (!contestants.isEmpty()) {
            return contestants;
        }
        if (scenario.isIncident()) {
            return List.of(Contestant.LOADLINE);
        }
        Optional<Contestant> best = Bars.bestByCpu(results);
        if (scenario == Scenario.FLASH && best.isPresent()) {
            return List.of(Contestant.LOADLINE, best.get());
        }
        return quick ? List.of(Contestant.LOADLINE, Contestant.CPU50) : List.of(Contestant.values());
    }

    private Pace pace(Scenario scenario) {
        return unscaled || scenario == Scenario.FLASH ? Pace.DEFAULTS : Pace.SHORTENED;
    }

    /** What one pod can do, once it is warm, while it is scraped and probed. */
    private static double calibrate(Image image, Pace pace, Path folder) throws Exception {
        try (Prometheus prometheus =
                        Prometheus.start(Replica.METRICS, pace.scrape(), Map.of(), folder.resolve("prometheus"));
                Fleet fleet = new Fleet(prometheus, image, "127.0.0.1:1", folder.resolve("pods"))) {
            fleet.scale(1);
            fleet.awaitReady(Duration.ofSeconds(120));
            ClosedLoop.perSecond(fleet.port(), Replica.WORK, CLIENTS, CALIBRATION);
            return ClosedLoop.perSecond(fleet.port(), Replica.WORK, CLIENTS, CALIBRATION);
        }
    }

    private Table table() {
        Table table = new Table(
                "scenario",
                "scaled by",
                "SLO-violation s",
                "shed",
                "lost",
                "of offered",
                "pod-seconds",
                "direction changes",
                "most replicas");
        for (RunResult result : results) {
            table.row(
                    result.scenario().title,
                    result.contestant().title,
                    result.violationSeconds(),
                    result.shed(),
                    result.lost(),
                    result.offered(),
                    result.podSeconds(),
                    result.directionChanges(),
                    result.highest());
        }
        return table;
    }

    private Figures figures(double podPerSecond) {
        Figures figures = new Figures().put("pod_per_s", podPerSecond);
        for (RunResult result : results) {
            String prefix = result.scenario() + "_" + result.contestant() + "_";
            figures.put(prefix + "violation_s", result.violationSeconds())
                    .put(prefix + "shed", result.shed())
                    .put(prefix + "pod_s", result.podSeconds())
                    .put(prefix + "direction_changes", result.directionChanges());
        }
        Bars.judge(results, figures);
        failed.forEach(name -> figures.bar(name.replace('-', '_') + "_ran_bar", false));
        return figures;
    }

    private static String line(RunResult result) {
        return String.format(
                Locale.ROOT,
                "%s,%s,%d,%d,%d,%d,%.1f,%d,%d,%s%n",
                result.scenario(),
                result.contestant(),
                result.violationSeconds(),
                result.offered(),
                result.shed(),
                result.lost(),
                result.podSeconds(),
                result.directionChanges(),
                result.highest(),
                result.desired().toString().replaceAll("[^0-9]+", " ").strip());
    }
}
