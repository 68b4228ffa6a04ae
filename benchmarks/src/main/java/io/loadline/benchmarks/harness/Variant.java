/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What stands in front of a sample: nothing, Loadline, or a peer.
 *
 * <p>On Spring Boot all run the same packaged jar from the same class path, with what is in {@code benchmarks.addon} and the
 * peers' jars beside it, and peers are in a servlet filter. Quarkus decides what an application has when it is built, so each is
 * a build of its own of the same sources.
 */
public enum Variant {
    STOCK("nothing"),
    LOADLINE("Loadline"),
    VEGAS("concurrency-limits, Vegas"),
    GRADIENT2("concurrency-limits, windowed Gradient2"),
    BULKHEAD("Resilience4j bulkhead"),
    LOAD_SHEDDING("quarkus-load-shedding"),
    /** By default it sheds requests of the usual priority only while the CPUs of the whole machine are nearly used up. */
    LOAD_SHEDDING_PLAIN("quarkus-load-shedding, no priorities");

    private static final String ADDON = "io.loadline.benchmarks.addon.";
    private static final List<String> PEER_JARS =
            List.of("concurrency-limits-core-", "resilience4j-bulkhead-", "resilience4j-core-");

    public final String title;

    Variant(String title) {
        this.title = title;
    }

    public boolean isPeer() {
        return this != STOCK && this != LOADLINE;
    }

    /** Those that there are for a sample on a framework. */
    public static List<Variant> of(Sample sample) {
        return sample == Sample.QUARKUS
                ? List.of(STOCK, LOADLINE, LOAD_SHEDDING, LOAD_SHEDDING_PLAIN)
                : List.of(STOCK, LOADLINE, VEGAS, GRADIENT2, BULKHEAD);
    }

    /**
     * Describes a process of it in front of a sample.
     *
     * @throws IllegalArgumentException if it is none of those for the sample
     */
    public ServiceProcess.Builder service(Sample sample, Path log) {
        if (!of(sample).contains(this)) {
            throw new IllegalArgumentException("there is no " + this + " for " + sample);
        }
        if (sample != Sample.QUARKUS) {
            return service(log);
        }
        if (!isPeer()) {
            return sample.service(this == LOADLINE, log);
        }
        ServiceProcess.Builder builder = Sample.quarkus(Sample.quarkusJar("benchmarks/quarkus/load-shedding"), log);
        return this == LOAD_SHEDDING ? builder : builder.env("QUARKUS_LOAD_SHEDDING_PRIORITY_ENABLED", "false");
    }

    /** Describes a process of it in front of the sample on Spring Boot. */
    public ServiceProcess.Builder service(Path log) {
        return service(log, "GarbageController");
    }

    /** Describes a process of it with a class of {@code benchmarks.addon} beside it. */
    public ServiceProcess.Builder service(Path log, String source) {
        String sources = ADDON + source + (isPeer() ? "," + ADDON + "PeerConfiguration" : "");
        return Sample.SPRING_BOOT
                .service(this == LOADLINE, log)
                .mainClass("org.springframework.boot.loader.launch.PropertiesLauncher")
                .jvmArguments(List.of("-Dloader.path=" + classPath(), "--enable-native-access=ALL-UNNAMED"))
                .env("SPRING_MAIN_SOURCES", sources)
                .env("BENCHMARK_PEER", toString());
    }

    private static String classPath() {
        Path target = Workspace.root().resolve("benchmarks/target");
        Path addon = target.resolve("loadline-benchmarks-addon.jar");
        if (!Files.isRegularFile(addon)) {
            throw new IllegalStateException("not built: " + addon);
        }
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            Stream<Path> peers = jars.filter(
                    jar -> PEER_JARS.stream().anyMatch(jar.getFileName().toString()::startsWith));
            return Stream.concat(Stream.of(addon), peers).map(Path::toString).collect(Collectors.joining(","));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its name on command lines and in figures. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
