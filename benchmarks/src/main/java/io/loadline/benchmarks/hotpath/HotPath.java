/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The cost of one call admitted and released, beside the peers, in one run. Not thread-safe. */
@Command(
        name = "benchmarks/hotpath",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Measures acquire and release with JMH, on one and two threads, and on virtual ones where the JDK"
                + " has them.%n"
                + "Takes 15 minutes on JDK 17, 25 more on JDK 25 with its virtual threads; 4 to 5 with --quick.%n%n"
                + "Exits 0 only if, on each JDK:%n"
                + "- on one thread (medians over the rounds of the ratio within a round), every call timed takes at most"
                + " 1.20 times a semaphore between two clock reads and 0.55 times Resilience4j's bulkhead with a"
                + " Micrometer histogram timer; 1 call of 64 timed takes at most 2.2 times a bare semaphore, and a third"
                + " of windowed Gradient2 and of Vegas;%n"
                + "- on two threads (ratios of the fastest forks, as equal forks differ by factors there), both take at"
                + " most 1.4 times their semaphore;%n"
                + "- on virtual threads the same holds;%n"
                + "- tickets and call allocate nothing, a permit at most 32 bytes;%n"
                + "- refusing is not slower than admitting and releasing;%n"
                + "- the servlet filter alone takes at most 1 us;%n"
                + "- a header with the load report takes at most 60 ns and no bytes more than one that is always the"
                + " same.")
public final class HotPath implements Callable<Integer> {
    private static final int QUICK_ROUNDS = 2;
    private static final int ROUNDS = 10;
    private static final int ROUNDS_WITHOUT_BAR = 3;
    private static final int FIRST_JDK_WITH_VIRTUAL_THREADS = 21;

    @Option(names = "--quick", description = "Two rounds with shorter forks.")
    private boolean quick;

    @Option(
            names = "--forks",
            description = "Rounds, in each of which everybody gets a JVM (default: 10, 2 with --quick).")
    private int forks;

    @Option(names = "--threads", split = ",", description = "Numbers of threads (default: 1,2).")
    private List<Integer> threads = List.of(1, 2);

    @Option(
            names = "--java-home",
            split = ",",
            description = "JDKs to measure on, in turn (default: the one of JAVA_HOME or of the path).")
    private List<Path> javaHomes = List.of(Path.of(System.getProperty("java.home")));

    @Option(names = "--only", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}. The bars need all.")
    private List<Contestant> only = List.of(Contestant.values());

    private final Map<Setting, Map<Contestant, Measured>> results = new LinkedHashMap<>();

    public static void main(String[] args) {
        Commands.run(new HotPath(), args);
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Workspace.newResults("hotpath");
        int rounds = forks > 0 ? forks : quick ? QUICK_ROUNDS : ROUNDS;
        Forks each = quick ? new Forks(1, 3, 300) : new Forks(1, 4, 300);
        List<Setting> settings = settings();
        // A fork of everybody, then the next fork of everybody: a noisy minute hits all alike.
        for (int round = 1; round <= rounds; round++) {
            for (Setting setting : settings) {
                System.err.printf("Round %d of %d, %s ...%n", round, rounds, setting.key());
                boolean everybody = round <= ROUNDS_WITHOUT_BAR;
                List<Contestant> contestants = only.stream()
                        .filter(one -> one.measuredIn(setting) && (everybody || one.hasBar(setting)))
                        .toList();
                each.run(setting, contestants, folder.resolve(setting.key() + "-" + round))
                        .forEach((contestant, fork) -> results.computeIfAbsent(
                                        setting, s -> new EnumMap<>(Contestant.class))
                                .computeIfAbsent(contestant, c -> new Measured())
                                .add(fork));
            }
        }
        System.out.println(table());
        System.out.println("Logs: " + folder);
        Figures figures = new Figures();
        results.forEach((setting, measured) -> new HotPathBars(setting, measured).addTo(figures));
        System.out.println(figures);
        return figures.exitCode();
    }

    private List<Setting> settings() throws IOException {
        List<Setting> settings = new ArrayList<>();
        for (Path javaHome : javaHomes) {
            int jdk = Setting.jdk(javaHome);
            for (int count : threads) {
                settings.add(new Setting(javaHome, jdk, count, false));
            }
            if (jdk >= FIRST_JDK_WITH_VIRTUAL_THREADS) {
                for (int count : threads) {
                    settings.add(new Setting(javaHome, jdk, count, true));
                }
            }
        }
        return settings;
    }

    private Table table() {
        Table table = new Table("JDK", "threads", "who", "ns/op", "lowest", "highest", "B/op");
        results.forEach((setting, contestants) -> contestants.forEach((contestant, measured) -> table.row(
                setting.jdk(),
                setting.title(),
                contestant.title,
                measured.nanos(),
                measured.lowest(),
                measured.highest(),
                String.format(Locale.ROOT, "%.3f", measured.bytes()))));
        return table;
    }
}
