/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.ToolProcess;
import io.loadline.benchmarks.hpa.MetricSample;
import io.loadline.testing.Ports;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Prometheus that scrapes the pods it is told of. Thread-safe. */
final class Prometheus implements AutoCloseable {
    private static final String PROGRAM = "/usr/bin/prometheus";
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
    static boolean isInstalled() {
        return Files.isExecutable(Path.of(PROGRAM));
    }

    /**
     * Starts it without anything to scrape, and waits until it answers.
     *
     * @param scrape how often it asks
     * @param folder for its configuration, data and log
     */
    static Prometheus start(Duration scrape, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path targets = folder.resolve("targets.json");
        Path configuration = folder.resolve("prometheus.yml");
        Path log = folder.resolve("prometheus.log");
        Files.writeString(targets, "[]");
        Files.writeString(configuration, """
                global:
                  scrape_interval: %1$dms
                  scrape_timeout: %1$dms
                scrape_configs:
                  - job_name: orders
                    metrics_path: /metrics
                    file_sd_configs:
                      - files: ['%2$s']
                """.formatted(scrape.toMillis(), targets));
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
        prometheus.awaitReady(log);
        return prometheus;
    }

    private void awaitReady(Path log) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            Probe.Answer answer = Probe.get(port, "/-/ready", Duration.ofSeconds(1));
            if (answer != null && answer.status() == 200) {
                return;
            }
            if (!process.isAlive() || System.nanoTime() - deadlineNanos >= 0) {
                throw new IllegalStateException("Prometheus does not run:\n" + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Scrapes these ports from now on, by names of pods; what is left out is stale at once. */
    void scrape(Map<String, Integer> ports) throws IOException {
        String json = ports.entrySet().stream()
                .map(pod -> "{\"targets\": [\"127.0.0.1:" + pod.getValue() + "\"], \"labels\": {\"pod\": \""
                        + pod.getKey() + "\"}}")
                .collect(Collectors.joining(",\n", "[", "]"));
        Path written = Files.writeString(targets.resolveSibling("targets.tmp"), json);
        Files.move(written, targets, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Asks for one value of each pod, as an adapter does for the controller.
     *
     * @param window that the samples are to be of
     * @return by names of pods; those without a value are missing
     * @throws IllegalStateException if the answer is none
     */
    Map<String, MetricSample> query(String expression, Duration window) {
        String path = "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        Probe.Answer answer = Probe.get(port, path, Duration.ofSeconds(5));
        if (answer == null || answer.status() != 200) {
            throw new IllegalStateException("no answer to " + expression + ": " + answer);
        }
        Map<String, MetricSample> samples = new HashMap<>();
        for (JsonNode series : JSON.readTree(answer.body()).path("data").path("result")) {
            double value = Double.parseDouble(series.path("value").path(1).asString());
            if (Double.isFinite(value)) {
                long millis = (long) (series.path("value").path(0).asDouble() * 1000);
                samples.put(
                        series.path("metric").path("pod").asString(),
                        new MetricSample((long) (value * 1000), millis, window.toMillis()));
            }
        }
        return samples;
    }

    @Override
    public void close() {
        process.close();
    }
}
