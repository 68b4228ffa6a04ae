/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.ToolProcess;
import io.loadline.benchmarks.harness.Workspace;
import io.loadline.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The application of {@code benchmarks/quarkus/reload} in Quarkus' dev mode, as Maven starts it, with its sources copied so that
 * they may be changed. Not thread-safe.
 */
final class DevMode implements AutoCloseable {
    private static final String MODULE = "benchmarks/quarkus/reload";
    private static final Path RESOURCE = Path.of("io/loadline/benchmarks/reload/VersionResource.java");
    private static final Duration BUILD_PATIENCE = Duration.ofMinutes(8);
    private static final Duration RELOAD_PATIENCE = Duration.ofMinutes(1);

    /* What is softly reachable is garbage: what is left is what somebody holds. */
    private static final String JVM = "-XX:+UseSerialGC -Xmx512m -XX:SoftRefLRUPolicyMSPerMB=0";

    private final Path folder;
    private final Path source;
    private final Path log;
    private final int port = Ports.free();
    private final ToolProcess maven;
    private int version;
    private int looks;

    /**
     * Starts it and waits for its first answer.
     *
     * @param loadline whether it has the extension
     */
    DevMode(boolean loadline, Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        Path sources = folder.resolve("sources");
        source = sources.resolve(RESOURCE);
        log = folder.resolve("maven.log");
        Files.createDirectories(source.getParent());
        Path root = Workspace.root();
        Files.copy(root.resolve(MODULE).resolve("src/main/java").resolve(RESOURCE), source);
        maven = ToolProcess.start(
                log,
                List.of(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-f",
                        root.resolve("pom.xml").toString(),
                        "-P",
                        loadline ? "quarkus-benchmarks,reload-with" : "quarkus-benchmarks",
                        "-pl",
                        MODULE,
                        "-am",
                        "-DskipTests",
                        "-Dquarkus.build.skip=true",
                        "package",
                        "io.quarkus:quarkus-maven-plugin:dev",
                        "-Dreload.sources=" + sources,
                        "-DnoDeps=true", // as a dependency from a repository is: not reloaded with the application
                        "-Ddebug=false",
                        "-Djvm.args=" + JVM,
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.analytics.disabled=true",
                        "-Dquarkus.live-reload.instrumentation=false",
                        "-Dquarkus.test.continuous-testing=disabled"));
        awaitVersion(BUILD_PATIENCE);
    }

    /** Changes a source file and returns when the changed application answers. */
    void reload() throws IOException, InterruptedException {
        String before = quoted(version);
        version++;
        Files.writeString(source, Files.readString(source).replace(before, quoted(version)));
        awaitVersion(RELOAD_PATIENCE);
    }

    /** What is live in its heap, when what ends by itself after a reload has ended. */
    double liveHeapMib() throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        int look = looks++;
        long pid = application().pid();
        // What is found unreachable the first time, and cleaned up then, is garbage the second time.
        Jcmd.run(pid, folder.resolve("gc.log"), "GC.run");
        TimeUnit.MILLISECONDS.sleep(500);
        return Jcmd.liveHeapMib(pid, folder.resolve("heap-" + look + ".log"));
    }

    /** Maven's only child. */
    private ProcessHandle application() {
        return ProcessHandle.of(maven.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no application, see " + log));
    }

    private void awaitVersion(Duration patience) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        while (maven.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            Probe.Answer answer = Probe.get(port, "/version", Duration.ofSeconds(30));
            if (answer != null && answer.status() == 200 && answer.body().equals("version " + version)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        close();
        throw new IllegalStateException("no version " + version + " of the application, see " + log);
    }

    private static String quoted(int version) {
        return "\"version " + version + '"';
    }

    @Override
    public void close() {
        ProcessHandle.of(maven.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .forEach(ProcessHandle::destroyForcibly);
        maven.close();
    }
}
