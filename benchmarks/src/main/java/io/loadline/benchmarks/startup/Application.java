/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.Workspace;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is started with Loadline and without, to see what that costs a start. */
enum Application {
    /** Nothing but what the class path brings; the starter is on it or not. */
    SPRING_BOOT("context_start", BootApplication.STARTED + "([0-9.]+)", 1, 150, 6, 1) {
        @Override
        List<String> arguments(boolean loadline) throws IOException {
            return List.of("-cp", classPath(loadline), BootApplication.class.getName(), "--server.port=0");
        }
    },
    /**
     * The sample, built with the extension or without it. Its catalog is next to empty, and it calls none of its routes to be
     * warm: what those load, the other one would load with its first requests.
     */
    QUARKUS("start", "started in ([0-9.]+)s\\.", 1000, 50, 4, 4) {
        @Override
        List<String> arguments(boolean loadline) {
            List<String> arguments = new ArrayList<>(
                    List.of("-Dquarkus.http.port=0", "-Dquarkus.management.port=0", "-Dorders.catalog.rows=1M"));
            if (loadline) {
                arguments.add("-Dquarkus.loadline.startup.warm-up.paths=");
            }
            Path jar = loadline ? Sample.QUARKUS.jar() : Sample.quarkusJar("benchmarks/quarkus/stock");
            arguments.addAll(List.of("-jar", jar.toString()));
            return arguments;
        }
    };

    /** What its start is called in figures. */
    final String start;

    /** What a start may take longer with Loadline. */
    final double barMillis;

    /** What may be live in the heap beyond that without. */
    final double barHeapMib;

    /** How long what runs behind the start may take: of the sample a stage, which takes its turn and comes to rest. */
    final int settleSeconds;

    private final Pattern started;
    private final double millisPerUnit;

    Application(
            String start,
            String started,
            double millisPerUnit,
            double barMillis,
            double barHeapMib,
            int settleSeconds) {
        this.start = start;
        this.started = Pattern.compile(started);
        this.millisPerUnit = millisPerUnit;
        this.barMillis = barMillis;
        this.barHeapMib = barHeapMib;
        this.settleSeconds = settleSeconds;
    }

    /** Of {@code java}, after those that all have. */
    abstract List<String> arguments(boolean loadline) throws IOException;

    /** How long the start took, if this is the line of the log that tells. */
    OptionalDouble startedMillis(String line) {
        Matcher matcher = started.matcher(line);
        return matcher.find()
                ? OptionalDouble.of(Double.parseDouble(matcher.group(1)) * millisPerUnit)
                : OptionalDouble.empty();
    }

    /* Not the jar of the benchmarks: its manifest names the starter. */
    private static String classPath(boolean starter) throws IOException {
        Path target = Workspace.root().resolve("benchmarks/target");
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            return Stream.concat(
                            Stream.of(target.resolve("classes")),
                            jars.filter(jar -> starter
                                            || !jar.getFileName().toString().startsWith("loadline-"))
                                    .sorted())
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
