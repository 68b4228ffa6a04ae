/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.loadline.testing.SampleProcess;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the jar with its profiles; what it does without them is in samples/conformance. */
@Timeout(120)
class GuardedOrdersIT {
    private static final String REPORT = "/reports/sales";

    @TempDir
    static Path settings;

    private static HttpServer inventory;
    private static SampleProcess service;

    @BeforeAll
    static void startService() throws Exception {
        inventory = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        inventory.createContext("/stock/42", exchange -> {
            byte[] body = "12 in stock".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        inventory.start();
        service = SampleProcess.start(
                Map.of(
                        "QUARKUS_PROFILE",
                        "guards,inventory",
                        "INVENTORY_HOST",
                        "localhost:" + inventory.getAddress().getPort(),
                        "SETTINGS_DIR",
                        settings.toString(),
                        "QUARKUS_LOADLINE_STARTUP_GATE_MAX_WAIT",
                        "0s"),
                "Listening on:");
        service.awaitReady();
    }

    @AfterAll
    static void stopService() {
        if (service != null) {
            service.close();
        }
        inventory.stop(0);
    }

    @Test
    void dependency_behindItsGuard_isTold() {
        assertThat(get("/orders/42/stock", "harbour").body()).isEqualTo("{\"order\":42,\"stock\":\"12 in stock\"}");
        assertThat(get("/orders/43/stock", "harbour").body())
                .as("it does not know that one")
                .isEqualTo("{\"order\":43,\"stock\":null}");

        assertThat(Wire.get(service.managementPort(), "/loadline").body()).contains("\"name\":\"inventory\"");
    }

    @Test
    void report_beyondWhatAClientMayAsk_isRefused() {
        Answer report = get(REPORT, "a");
        assertThat(report.status()).isEqualTo(200);
        assertThat(report.body()).startsWith("[{\"city\":\"Bergen\",");
        assertThat(get(REPORT, "a").status()).isEqualTo(200);

        Answer refused = get(REPORT, "a");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("retry-after")).isNotNull();
        assertThat(get("/orders/1", "a").status()).isEqualTo(200);
        assertThat(get(REPORT, "b").status()).isEqualTo(200);
    }

    private static Answer get(String path, String key) {
        return Wire.get(service.port(), path, "X-Api-Key: " + key);
    }
}
