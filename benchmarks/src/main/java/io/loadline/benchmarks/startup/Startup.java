/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Workspace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What starts cost. Not thread-safe. */
@Command(
        name = "benchmarks/startup",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Starts eight plain-java samples at once, each of which takes twice its memory at rest for a"
                + " while:%nwithout Loadline, with its gate off, one after the other, gated by what each pod senses,"
                + " and gated by%na lock file; in as much room as there is, and in a memory cgroup of 1.6 times what"
                + " the fleet takes%nat rest. Exits 0 only if the bars hold: the peak of the sum, no OOM kill, first"
                + " and last ready.%n%nThe other options ask other questions, each with bars of its own.")
public final class Startup implements Callable<Integer> {
    @ArgGroup
    private Question question = new Question();

    /** At most one of these. */
    private static final class Question {
        @Option(names = "--overhead", description = "What the starter costs the start of a Boot application.")
        private boolean overhead;

        @Option(
                names = "--quarkus",
                description = "The same of the extension and the sample on Quarkus, which is built without it as well.")
        private boolean quarkus;

        @Option(
                names = "--reloads",
                description =
                        "Ten live reloads in Quarkus' dev mode, in a build by Maven: what is left in the heap with the extension"
                                + " and without.")
        private boolean reloads;

        @Option(names = "--readiness", description = "Starts under a prober: ready means that every answer is right.")
        private boolean readiness;

        @Option(names = "--memory", description = "Whether the verdict on memory, and the advice, are right.")
        private boolean memory;
    }

    @Option(names = "--quick", description = "Fewer starts, in under 5 minutes.")
    private boolean quick;

    @Option(
            names = "--seeds",
            description = "Starts of each kind (default: 20, 10 of Quarkus; with --quick 2, but 5 of the other"
                    + " questions).")
    private int seeds;

    @Option(
            names = "--read-millis",
            description = "What the source of the catalog takes at least (default: ${DEFAULT-VALUE}).")
    private int readMillis = 600;

    public static void main(String[] args) {
        Commands.run(new Startup(), args);
    }

    @Override
    public Integer call() throws Exception {
        Figures figures = figures();
        System.out.println(figures);
        return figures.exitCode();
    }

    private Figures figures() throws Exception {
        if (question.overhead) {
            return new Overhead(Application.SPRING_BOOT, times(5, 20), folder("startup-overhead")).run();
        }
        if (question.quarkus) {
            return new Overhead(Application.QUARKUS, times(5, 10), folder("startup-quarkus")).run();
        }
        if (question.reloads) {
            return new Reloads(times(10, 10), folder("startup-reloads")).run();
        }
        if (question.readiness) {
            return new Readiness(times(5, 20), folder("startup-readiness")).run();
        }
        if (question.memory) {
            return new MemoryVerdict(quick, folder("startup-memory")).run();
        }
        return new FleetBenchmark(times(2, 20), Duration.ofMillis(readMillis), folder("startup")).run();
    }

    private int times(int ifQuick, int otherwise) {
        return seeds > 0 ? seeds : quick ? ifQuick : otherwise;
    }

    private static Path folder(String name) throws Exception {
        Path folder = Workspace.newResults(name);
        System.out.println("Logs: " + Workspace.root().relativize(folder));
        return folder;
    }
}
