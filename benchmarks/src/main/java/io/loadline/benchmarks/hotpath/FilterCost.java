/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** What the starter's servlet filter costs alone. Stateless. */
public final class FilterCost {
    /** Nanoseconds it may take. */
    public static final double BAR_NANOS = 1_000;

    private FilterCost() {}

    /** The median of {@code forks} forks of JMH on this JDK, in nanoseconds; their output goes to {@code folder}. */
    public static double nanos(int forks, Path folder) throws IOException, RunnerException {
        Path javaHome = Path.of(System.getProperty("java.home"));
        Setting setting = new Setting(javaHome, Setting.jdk(javaHome), 1, false);
        Measured measured = new Measured();
        for (int fork = 1; fork <= forks; fork++) {
            new Forks(3, 5, 500)
                    .run(setting, List.of(Contestant.SERVLET_FILTER), folder.resolve("filter-" + fork))
                    .values()
                    .forEach(measured::add);
        }
        return measured.nanos();
    }
}
