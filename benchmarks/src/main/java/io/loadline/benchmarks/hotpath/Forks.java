/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs one fork of each of several contestants, one after the other. Immutable.
 *
 * @param warmups seconds of warm-up
 * @param iterations measured
 * @param iterationMillis length of each
 */
record Forks(int warmups, int iterations, int iterationMillis) {

    /** What each fork measured; its raw output is in {@code files.log} and {@code files.json}. */
    Map<Contestant, Measured.Fork> run(Setting setting, Collection<Contestant> contestants, Path files)
            throws IOException, RunnerException {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xms256m",
                "-Xmx256m",
                "-XX:-UsePerfData",
                "-Dcsp.sentinel.log.dir=" + files.getParent() + "/sentinel",
                // Of the application whose filter is measured; what it logs as it starts would be among the results.
                "-Dorg.springframework.boot.logging.LoggingSystem=none",
                "-Djava.util.logging.config.file=" + silence(files.resolveSibling("logging.properties"))));
        if (setting.virtual()) {
            arguments.add("-Djmh.executor=VIRTUAL");
        }
        OptionsBuilder options = new OptionsBuilder();
        contestants.forEach(contestant ->
                options.include("^" + Forks.class.getPackageName() + "\\.\\w+\\." + contestant.method + "$"));
        options.jvm(setting.javaHome().resolve("bin/java").toString())
                .forks(1)
                .threads(setting.threads())
                .warmupIterations(warmups)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(iterationMillis))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgs(arguments.toArray(String[]::new))
                .output(files + ".log")
                .result(files + ".json")
                .resultFormat(ResultFormatType.JSON);
        Map<Contestant, Measured.Fork> forks = new EnumMap<>(Contestant.class);
        for (RunResult result : new Runner(options.build()).run()) {
            String name = result.getPrimaryResult().getLabel();
            Contestant contestant = contestants.stream()
                    .filter(one -> one.method.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("unknown benchmark " + name));
            forks.put(contestant, new Measured.Fork(result.getPrimaryResult().getScore(), bytes(result)));
        }
        return forks;
    }

    /* The JDK's logging without a handler. */
    private static Path silence(Path file) throws IOException {
        return Files.writeString(file, "handlers =\n");
    }

    private static double bytes(RunResult result) {
        Result<?> norm = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (norm == null) {
            throw new IllegalStateException(
                    "no allocation among " + result.getSecondaryResults().keySet());
        }
        return norm.getScore();
    }
}
