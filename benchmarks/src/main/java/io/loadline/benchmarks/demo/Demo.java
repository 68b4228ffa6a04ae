/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.demo;

import io.loadline.benchmarks.demo.DemoRun.Phase;
import io.loadline.benchmarks.demo.DemoRun.Result;
import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import io.loadline.benchmarks.startup.StartupDemo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Overload and a rolling restart of two instances, with Loadline and without. Not thread-safe. */
@Command(
        name = "demo",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Two instances of samples/spring-boot, or of samples/quarkus, behind a layer-4 balancer: warm, then%n"
                        + "3 times what they can do, then normal load with a restart of one instance. With Loadline and,%n"
                        + "beside it, without.%n"
                        + "Exits 0 only if no request was lost (with Loadline; with --baseline, without it).")
public final class Demo implements Callable<Integer> {
    @Option(
            names = "--startup",
            description =
                    "Another demo: eight instances of samples/plain-java start at once where there is little room.")
    private boolean startup;

    @Option(
            names = "--quarkus",
            description = "Instances of samples/quarkus; without Loadline they are built without the extension.")
    private boolean quarkus;

    @Option(names = "--baseline", description = "Run without Loadline only.")
    private boolean baseline;

    @Option(
            names = "--seconds",
            description =
                    "Seconds of load in each run (default: ${DEFAULT-VALUE}, at least " + DemoRun.MIN_SECONDS + ").")
    private int seconds = 28;

    @Option(
            names = "--rate",
            description =
                    "What both instances can do together, in requests/s (default: 1000, twice 10 permits of 20 ms);"
                            + " all phases are multiples of it.")
    private double rate = 1000;

    public static void main(String[] args) {
        Commands.run(new Demo(), args);
    }

    @Override
    public Integer call() throws Exception {
        if (startup) {
            return StartupDemo.run();
        }
        if (seconds < DemoRun.MIN_SECONDS || !(rate > 0)) {
            System.err.printf(
                    "--seconds must be at least %d and --rate above 0: %d, %s%n", DemoRun.MIN_SECONDS, seconds, rate);
            return CommandLine.ExitCode.USAGE;
        }
        Sample sample = quarkus ? Sample.QUARKUS : Sample.SPRING_BOOT;
        Path folder = Workspace.newResults("demo");
        List<Result> results = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        if (!baseline) {
            head.add("with Loadline");
            results.add(new DemoRun(sample, true, seconds, rate, folder).run());
        }
        head.add("without");
        results.add(new DemoRun(sample, false, seconds, rate, folder).run());

        System.out.printf("%n== Summary%n%s", summary(head, results));
        System.out.println("Raw logs: " + Workspace.root().relativize(folder));
        long lost = results.get(0).all().lost();
        System.out.println(lost == 0 ? "Nothing was lost." : "Lost requests: " + lost + '.');
        return lost == 0 ? 0 : 1;
    }

    private Table summary(List<String> head, List<Result> results) {
        Table table = new Table(head.toArray(String[]::new));
        row(
                table,
                "goodput at 3x, requests/s",
                results,
                result -> text("%.0f", overload(result).goodputPerSecond()));
        row(
                table,
                "  of what the service can do",
                results,
                result -> text("%.0f %%", 100 * overload(result).goodputPerSecond() / rate));
        row(
                table,
                "  answered within, p50 / p99",
                results,
                result -> text(
                        "%.0f / %.0f ms",
                        overload(result).latencyMillis(50), overload(result).latencyMillis(99)));
        row(
                table,
                "  refused / timed out after 1 s",
                results,
                result -> text(
                        "%d / %d",
                        overload(result).count(Outcome.SHED), overload(result).count(Outcome.TIMEOUT)));
        row(
                table,
                "lost before the restart",
                results,
                result -> text(
                        "%d", result.all().lost() - result.in(Phase.RESTART).lost()));
        row(
                table,
                "lost in the restart",
                results,
                result -> text(
                        "%d of %d",
                        result.in(Phase.RESTART).lost(),
                        result.in(Phase.RESTART).offered()));
        row(
                table,
                "  timed out / cut off",
                results,
                result -> text(
                        "%d / %d",
                        result.in(Phase.RESTART).count(Outcome.TIMEOUT),
                        result.in(Phase.RESTART).lost()
                                - result.in(Phase.RESTART).count(Outcome.TIMEOUT)));
        row(
                table,
                "refused in the restart",
                results,
                result -> text("%d", result.in(Phase.RESTART).count(Outcome.SHED)));
        row(
                table,
                "SIGTERM to exit / to ready again",
                results,
                result -> text(
                        "%.1f / %.1f s",
                        result.drain().toMillis() / 1e3, result.restart().toMillis() / 1e3));
        return table;
    }

    private static LoadStats overload(Result result) {
        return result.in(Phase.OVERLOAD);
    }

    private static void row(Table table, String name, List<Result> results, Function<Result, String> cell) {
        List<Object> cells = new ArrayList<>(List.of(name));
        results.forEach(result -> cells.add(cell.apply(result)));
        table.row(cells.toArray());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
