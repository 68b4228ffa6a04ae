/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.ToolProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The sample as it is deployed: unpacked, and with an archive of its classes. Immutable.
 *
 * <p>All nodes are this machine: whoever starts four pods at once has them start four times as slowly, which no cluster would do.
 * So a start has to be cheap.
 */
final class Image {
    /* A small container, and the first compiler only: the second would take minutes of a quarter of a CPU. */
    private static final List<String> JVM =
            List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=1");

    private final Path jar;
    private final Path archive;

    private Image(Path jar, Path archive) {
        this.jar = jar;
        this.archive = archive;
    }

    /** Unpacks the sample into {@code folder} and starts it once, to see which classes it loads. */
    static Image build(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path log = folder.resolve("build.log");
        Path packed = Sample.SPRING_BOOT.jar();
        Path unpacked = folder.resolve("app");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> extract = List.of(
                java, "-Djarmode=tools", "-jar", packed.toString(), "extract", "--destination", unpacked.toString());
        try (ToolProcess extracting = ToolProcess.start(log, extract)) {
            if (extracting.awaitExit() != 0) {
                throw new IllegalStateException("the sample cannot be unpacked, see " + log);
            }
        }
        Image image = new Image(unpacked.resolve(packed.getFileName()), folder.resolve("classes.jsa"));
        List<String> once = List.of("-XX:ArchiveClassesAtExit=" + image.archive, "-Dspring.context.exit=onRefresh");
        try (ServiceProcess training =
                image.plain(log, "127.0.0.1:1").jvmArguments(once).start()) {
            training.awaitExit(Duration.ofSeconds(120));
        }
        if (!Files.isRegularFile(image.archive)) {
            throw new IllegalStateException("no archive of classes was made, see " + log);
        }
        return image;
    }

    /**
     * Describes an instance.
     *
     * @param dependency the host and port of the service that it asks
     */
    ServiceProcess.Builder service(Path log, String dependency) {
        return plain(log, dependency).jvmArguments(List.of("-XX:SharedArchiveFile=" + archive));
    }

    private ServiceProcess.Builder plain(Path log, String dependency) {
        return ServiceProcess.builder(jar, log)
                .jvmArguments(JVM)
                .arguments(List.of(
                        "--loadline.startup.warm-up.paths=" + Replica.WORK, "--loadline.startup.warm-up.time-limit=3s"))
                .env("CATALOG_MIB", "1")
                // Starts on one node would otherwise take turns.
                .env("LOADLINE_STARTUP_GATE_MAXWAIT", "0s")
                .env("LOADLINE_STARTUP_SETTLE", "0s")
                .env("SPRING_PROFILES_ACTIVE", "inventory")
                .env("INVENTORY_HOST", dependency);
    }
}
