/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.loadline.testing.Ports;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus itself, which scrapes the instances it is told of. Thread-safe. */
public final class Prometheus implements AutoCloseable {
    private static final String PROGRAM = "/usr/bin/prometheus";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = new JsonMapper();

    private final ToolProcess process;
    private final int port;
    private final Path targets;

    private Prometheus(ToolProcess process, int port, Path targets) {
        this.process = process;
        this.port = port;
        this.targets = targets;
    }

    /** Whether this machine has the program. */
    public static boolean isInstalled() {
        return Files.isExecutable(Path.of(PROGRAM));
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param path what it asks instances for
     * @param scrape how often it asks
     * @param instances ports by names of pods, whether somebody listens there or not
     * @param folder for its configuration, data and log
     */
    public static Prometheus start(String path, Duration scrape, Map<String, Integer> instances, Path folder)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path targets = folder.resolve("targets.json");
        Path configuration = folder.resolve("prometheus.yml");
        Path log = folder.resolve("prometheus.log");
        Files.writeString(targets, json(instances));
        Files.writeString(configuration, """
                global:
                  scrape_interval: %1$dms
                  scrape_timeout: %1$dms
                scrape_configs:
                  - job_name: orders
                    metrics_path: %2$s
                    file_sd_configs:
                      - files: ['%3$s']
                """.formatted(scrape.toMillis(), path, targets));
        int port = Ports.free();
        ToolProcess process = ToolProcess.start(
                log,
                List.of(
                        PROGRAM,
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn"));
        Prometheus prometheus = new Prometheus(process, port, targets);
        try {
            prometheus.awaitReady(log);
        } catch (RuntimeException | InterruptedException e) {
            process.close();
            throw e;
        }
        return prometheus;
    }

    private void awaitReady(Path log) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() - deadlineNanos >= 0) {
                throw new IllegalStateException("Prometheus does not run, see " + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isReady() {
        Probe.Answer answer = Probe.get(port, "/-/ready", Duration.ofSeconds(1));
        return answer != null && answer.status() == 200;
    }

    /** Scrapes these from now on, by names of pods; what is left out is stale at once. */
    public void scrape(Map<String, Integer> instances) throws IOException {
        Path written = Files.writeString(targets.resolveSibling("targets.tmp"), json(instances));
        Files.move(written, targets, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String json(Map<String, Integer> instances) {
        return instances.entrySet().stream()
                .map(pod -> "{\"targets\": [\"127.0.0.1:" + pod.getValue() + "\"], \"labels\": {\"pod\": \""
                        + pod.getKey() + "\"}}")
                .collect(Collectors.joining(",\n", "[", "]"));
    }

    /**
     * Asks for what there is now.
     *
     * @return a series each, with {@code metric}, and {@code value} or {@code values}
     * @throws IllegalStateException if the answer is none
     */
    public JsonNode query(String expression) {
        String path = "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        Probe.Answer answer = Probe.get(port, path, PATIENCE);
        if (answer == null || answer.status() != 200) {
            throw new IllegalStateException("Prometheus does not tell " + expression + ": " + answer);
        }
        return JSON.readTree(answer.body()).path("data").path("result");
    }

    @Override
    public void close() {
        process.close();
    }
}
