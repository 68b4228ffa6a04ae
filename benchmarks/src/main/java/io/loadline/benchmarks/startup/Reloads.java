/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is left in the heap of an application in Quarkus' dev mode after reloads, with the extension and without. Not thread-safe. */
final class Reloads {
    private static final double BAR_MIB = 2;

    /**
     * One application.
     *
     * @param beforeMib what was live in the heap before the first reload
     * @param afterMib the same after the last
     */
    record Growth(double beforeMib, double afterMib) {
        double mib() {
            return afterMib - beforeMib;
        }
    }

    private final int reloads;
    private final Path folder;

    Reloads(int reloads, Path folder) {
        this.reloads = reloads;
        this.folder = folder;
    }

    Figures run() throws IOException, InterruptedException {
        Growth without = measure(false);
        Growth with = measure(true);
        System.out.println(new Table("", "live heap MiB", "after " + reloads + " reloads", "more")
                .row("without", without.beforeMib(), without.afterMib(), without.mib())
                .row("with", with.beforeMib(), with.afterMib(), with.mib()));
        return figures(reloads, without, with);
    }

    static Figures figures(int reloads, Growth without, Growth with) {
        double more = with.mib() - without.mib();
        return new Figures()
                .put("reloads", reloads)
                .put("growth_without_mib", without.mib())
                .put("growth_with_mib", with.mib())
                .put("growth_more_mib", more)
                .bar("growth_bar", more <= BAR_MIB);
    }

    private Growth measure(boolean loadline) throws IOException, InterruptedException {
        String name = loadline ? "with" : "without";
        System.err.printf("Building and starting the application %s the extension ...%n", name);
        try (DevMode application = new DevMode(loadline, Files.createDirectories(folder.resolve(name)))) {
            // The first one brings the compiler, which stays.
            application.reload();
            double beforeMib = application.liveHeapMib();
            for (int reload = 1; reload <= reloads; reload++) {
                application.reload();
                System.err.printf("%s, reload %d of %d: %.1f MiB%n", name, reload, reloads, application.liveHeapMib());
            }
            return new Growth(beforeMib, application.liveHeapMib());
        }
    }
}
