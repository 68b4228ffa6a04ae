/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.demo;

import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.testing.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of the demo's instances of the sample, restarted on the same port. Thread-safe. */
final class Instance implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FIRST_ANSWERS = 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final Sample sample;
    private final boolean loadline;
    private final int port = Ports.free();
    private final Path log;
    /* Written by the thread that restarts, read by the one that prints; an old process reads as one that is gone. */
    private volatile @Nullable ServiceProcess process;

    Instance(String name, Sample sample, boolean loadline, Path folder) {
        this.sample = sample;
        this.loadline = loadline;
        log = folder.resolve(name + ".log");
    }

    int port() {
        return port;
    }

    /** Where Loadline tells what it sees. */
    int statusPort() {
        return current().statusPort();
    }

    void start() throws IOException {
        process = sample.service(loadline, log)
                .port(port)
                // The first compiler only: the second would take most of a small machine for a run of half a minute.
                .jvmArguments(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"))
                .start();
    }

    /** Waits until it is ready, and for its first answers: they come late, and no client shall wait for them. */
    void awaitReady() throws InterruptedException {
        current().awaitReady(PATIENCE);
        for (int i = 0; i < FIRST_ANSWERS; i++) {
            Probe.get(port, "/pool", PATIENCE);
        }
    }

    void terminate() {
        current().terminate();
    }

    void awaitExit() throws InterruptedException {
        current().awaitExit(PATIENCE);
    }

    private ServiceProcess current() {
        ServiceProcess started = process;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    /** What the instance says of itself at this moment: state, load, limit and calls in flight. */
    String view() {
        ServiceProcess seen = process;
        if (seen == null || !seen.isAlive()) {
            return cells("gone", "", "", "");
        }
        Duration patience = Duration.ofMillis(400);
        Probe.Answer answer =
                loadline ? Probe.get(seen.statusPort(), "/loadline", patience) : Probe.get(port, "/readyz", patience);
        if (answer == null) {
            return cells("silent", "", "", "");
        }
        if (!loadline) {
            return cells(answer.status() == 200 ? "ready" : "http " + answer.status(), "", "", "");
        }
        try {
            JsonNode json = JSON.readTree(answer.body());
            return cells(
                    json.path("state").asString("?"),
                    json.path("load").isNumber()
                            ? String.format("%.2f", json.path("load").asDouble())
                            : "-",
                    json.path("limit").asString("-"),
                    json.path("inFlight").asString("-"));
        } catch (JacksonException e) {
            return cells("http " + answer.status(), "", "", "");
        }
    }

    static String cells(String state, String load, String limit, String inFlight) {
        return String.format("%-9s %5s %5s %9s", state, load, limit, inFlight);
    }

    @Override
    public void close() {
        ServiceProcess last = process;
        if (last != null) {
            last.close();
        }
    }
}
