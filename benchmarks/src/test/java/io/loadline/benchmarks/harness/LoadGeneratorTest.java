/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadGeneratorTest {
    private static final Duration STRETCH = Duration.ofMillis(400);

    private final LoadGenerator generator = new LoadGenerator();
    private StandInService service;

    @BeforeEach
    void startService() throws IOException {
        service = new StandInService();
    }

    @AfterEach
    void stop() {
        generator.close();
        service.close();
    }

    @Test
    void run_fixedSchedule_offersTheRate() throws Exception {
        LoadPlan plan = LoadPlan.builder(service.port(), "/ok")
                .arrivals(Arrivals.FIXED)
                .ratePerSecond(200)
                .build();

        LoadStats stats = generator.run(plan, STRETCH);

        assertThat(stats.offered()).isBetween(70L, 100L).isEqualTo(stats.ended());
        assertThat(stats.lost()).isZero();
        assertThat(stats.count(Outcome.OK)).isEqualTo(service.requests());
        assertThat(stats.latencyMillis(50)).isPositive();
    }

    @Test
    void run_everyOutcome_isToldApart() throws Exception {
        LoadPlan plan = LoadPlan.builder(service.port(), "/ok", "/refusal", "/error", "/cut", "/never")
                .ratePerSecond(100)
                .timeout(Duration.ofMillis(300))
                .build();

        LoadStats stats = generator.run(plan, STRETCH);

        assertThat(stats.ended()).isEqualTo(stats.offered());
        for (Outcome outcome : Outcome.values()) {
            if (outcome == Outcome.CONNECT_FAILED) {
                assertThat(stats.count(outcome)).isZero();
            } else {
                assertThat(stats.count(outcome)).as(outcome.name()).isPositive();
            }
        }
    }

    @Test
    void run_withRetries_countsARequestOnceByItsLastAnswer() throws Exception {
        LoadPlan plan = LoadPlan.builder(service.port(), "/later")
                .arrivals(Arrivals.FIXED)
                .ratePerSecond(200)
                .retries(3, Duration.ofMillis(50))
                .build();

        LoadStats stats = generator.run(plan, STRETCH);

        assertThat(stats.retried()).isGreaterThanOrEqualTo(5);
        assertThat(stats.count(Outcome.OK)).isEqualTo(stats.offered());
        assertThat((long) service.requests()).isEqualTo(stats.offered() + stats.retried());
    }

    @Test
    void run_thatRetriesInVain_givesUpAfterTheLast() throws Exception {
        LoadPlan plan = LoadPlan.builder(service.port(), "/refusal")
                .ratePerSecond(200)
                .retries(2, Duration.ofMillis(10))
                .build();

        LoadStats stats = generator.run(plan, STRETCH);

        assertThat(stats.count(Outcome.SHED)).isEqualTo(stats.offered());
        assertThat(stats.retried()).isBetween(stats.offered(), 2 * stats.offered());
        assertThat((long) service.requests()).isEqualTo(stats.offered() + stats.retried());
    }

    @Test
    void run_nobodyListens_failsToConnect() throws Exception {
        service.close();

        LoadStats stats = generator.run(LoadPlan.builder(service.port(), "/ok").build(), STRETCH);

        assertThat(stats.count(Outcome.CONNECT_FAILED)).isPositive().isEqualTo(stats.offered());
    }

    @Test
    void run_pooledConnectionDies_losesTheRequestAndDoesNotRepeatIt() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            // Each connection answers one request and dies upon the second, without an answer.
            CompletableFuture<Void> serving = CompletableFuture.runAsync(() -> {
                while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                        if (readRequest(socket)) {
                            requests.incrementAndGet();
                            socket.getOutputStream()
                                    .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                            .getBytes(StandardCharsets.UTF_8));
                        }
                        if (readRequest(socket)) {
                            requests.incrementAndGet();
                        }
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
            LoadPlan plan = LoadPlan.builder(server.getLocalPort(), "/ok")
                    .arrivals(Arrivals.FIXED)
                    .ratePerSecond(50)
                    .build();

            LoadStats stats = generator.run(plan, STRETCH);
            server.close();
            serving.join();

            assertThat(stats.count(Outcome.BROKEN)).isPositive();
            assertThat(requests).hasValue((int) stats.offered());
        }
    }

    @Test
    void window_afterChangeOfRate_countsOnlyWhatIsNew() throws Exception {
        LoadRun run = generator.start(
                LoadPlan.builder(service.port(), "/ok").ratePerSecond(0.01).build());
        run.ratePerSecond(500);
        LoadStats all = run.window();
        while (all.ended() < 20) {
            all = all.plus(run.window());
        }

        LoadStats total = run.stop();
        all = all.plus(run.window());

        assertThat(all.offered()).isEqualTo(total.offered());
        assertThat(all.ended()).isEqualTo(total.ended());
    }

    @Test
    void run_withLog_writesALinePerRequest(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("requests.csv");
        LoadPlan plan =
                LoadPlan.builder(service.port(), "/ok").freshShare(0.5).log(log).build();

        LoadStats stats = generator.run(plan, STRETCH);

        assertThat(Files.readAllLines(log)).hasSize((int) stats.offered() + 1);
        assertThat(Files.readString(log)).contains(",fresh,").contains(",reused,");
    }

    private static boolean readRequest(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return false;
            }
            text.append((char) next);
        }
        return true;
    }
}
