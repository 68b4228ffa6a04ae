/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.ToolProcess;
import io.loadline.testing.Ports;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus itself, which scrapes one service. Thread-safe. */
final class Prometheus implements AutoCloseable {
    private static final String PROGRAM = "/usr/bin/prometheus";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * One value that was scraped.
     *
     * @param epochMillis when the scrape began
     */
    record Point(long epochMillis, double value) {}

    private final ToolProcess process;
    private final int port;

    private Prometheus(ToolProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Whether this machine has the program. */
    static boolean isInstalled() {
        return Files.isExecutable(Path.of(PROGRAM));
    }

    /** Starts it, waits until it answers, and lets it scrape the service at {@code target}, whether that is there or not. */
    static Prometheus start(int target, Duration every, Path folder) throws IOException, InterruptedException {
        int port = Ports.free();
        Path configuration = folder.resolve("prometheus.yml");
        Path log = folder.resolve("prometheus.log");
        Files.writeString(configuration, """
                global:
                  scrape_interval: %1$dms
                  scrape_timeout: %1$dms
                scrape_configs:
                  - job_name: orders
                    metrics_path: %2$s
                    static_configs:
                      - targets: ["127.0.0.1:%3$d"]
                """.formatted(every.toMillis(), Scrape.METRICS, target));
        ToolProcess process = ToolProcess.start(
                log,
                List.of(
                        PROGRAM,
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:" + port));
        Prometheus prometheus = new Prometheus(process, port);
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!prometheus.isReady()) {
            if (!process.isAlive() || System.nanoTime() - deadlineNanos >= 0) {
                process.close();
                throw new IllegalStateException("Prometheus does not run, see " + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return prometheus;
    }

    private boolean isReady() {
        Probe.Answer answer = Probe.get(port, "/-/ready", Duration.ofSeconds(1));
        return answer != null && answer.status() == 200;
    }

    /** All that was scraped of a series in the last two hours; markers of its end are none of it. */
    List<Point> points(String series) {
        String query = URLEncoder.encode(series + "[2h]", StandardCharsets.UTF_8);
        Probe.Answer answer = Probe.get(port, "/api/v1/query?query=" + query, PATIENCE);
        if (answer == null || answer.status() != 200) {
            throw new IllegalStateException("Prometheus does not tell " + series + ": " + answer);
        }
        List<Point> points = new ArrayList<>();
        for (JsonNode result : JSON.readTree(answer.body()).path("data").path("result")) {
            for (JsonNode value : result.path("values")) {
                points.add(new Point(
                        Math.round(value.get(0).asDouble() * 1000),
                        // NaN, +Inf and -Inf are written that way.
                        parse(value.get(1).asString())));
            }
        }
        return points;
    }

    private static double parse(String value) {
        return value.endsWith("Inf") ? Double.valueOf(value + "inity") : Double.valueOf(value);
    }

    @Override
    public void close() {
        process.close();
    }
}
