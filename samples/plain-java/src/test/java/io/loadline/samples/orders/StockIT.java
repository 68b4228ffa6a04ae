/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.loadline.testing.SampleProcess;
import io.loadline.testing.Wire;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the jar with another service behind it, which only this sample asks; what all do alike is in samples/conformance. */
@Timeout(120)
class StockIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String STOCK = "loadline.guard.degradation.features.stock.";

    @TempDir
    static Path settings;

    private static HttpServer inventory;
    private static SampleProcess service;

    @BeforeAll
    static void startService() throws Exception {
        inventory = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        inventory.createContext("/stock/", exchange -> {
            byte[] body = "12 in stock".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        inventory.start();
        // A busy machine does not turn it off.
        Path unused = Files.writeString(settings.resolve(STOCK + "off-above"), "1000");
        service = SampleProcess.start(
                Map.of(
                        "LOADLINE_STARTUP_GATE",
                        "false",
                        "INVENTORY_URL",
                        "http://localhost:" + inventory.getAddress().getPort(),
                        "SETTINGS_DIR",
                        settings.toString()),
                "Orders service started");
        service.awaitReady();
    }

    @AfterAll
    static void stopService() {
        inventory.stop(0);
        if (service != null) {
            service.close();
        }
    }

    @Test
    void stock_turnedOffBySettings_isNotAskedFor() throws Exception {
        assertThat(stock()).isEqualTo("12 in stock");
        assertThat(status().at("/guards/0/name").asString()).isEqualTo("inventory");
        assertThat(status().at("/guards/0/calls").asLong()).isPositive();
        Path setting = settings.resolve(STOCK + "force");

        Path unused = Files.writeString(setting, "off");
        await().atMost(Duration.ofSeconds(10)).until(() -> stock().equals("unknown"));
        assertThat(status().at("/degradation/features/0/allowed").asBoolean()).isFalse();

        Files.delete(setting);
        await().atMost(Duration.ofSeconds(10)).until(() -> stock().equals("12 in stock"));
    }

    private static String stock() {
        return JSON.readTree(Wire.get(service.port(), "/stock/42").body())
                .at("/stock")
                .asString();
    }

    private static JsonNode status() {
        return JSON.readTree(Wire.get(service.managementPort(), "/loadline").body());
    }
}
