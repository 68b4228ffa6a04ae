/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.awaitility.Awaitility.await;

import io.loadline.testing.SampleProcess;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged sample of one adapter as a process, and the settings mounted for it. Not thread-safe. */
final class Service implements AutoCloseable {
    /** More than any test asks for at once. */
    static final int LIMIT = 100;

    /** What each API key may ask for in a minute. */
    static final int QUOTA = 3;

    /** How long the catalog is read, and the service is not ready: long enough to look around on a busy machine. */
    private static final int CATALOG_MILLIS = 4_000;

    /** For how long it expects traffic after SIGTERM, for the same reason; silence does not shorten that. */
    private static final String SETTLING = "5s";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Adapter adapter;
    private final Mount mount;
    private final SampleProcess process;

    private Service(Adapter adapter, Mount mount, SampleProcess process) {
        this.adapter = adapter;
        this.mount = mount;
        this.process = process;
    }

    /** Returns when it listens; {@code directory} is mounted. */
    static Service start(Adapter adapter, Path directory) throws Exception {
        Mount mount = new Mount(directory);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("loadline.limit.algorithm", "fixed");
        settings.put("loadline.limit.initial", Integer.toString(LIMIT));
        settings.put("loadline.guard.quota.limit", Integer.toString(QUOTA));
        settings.put("loadline.guard.quota.period", "1m");
        settings.put("loadline.guard.quota.key", "header:X-Api-Key");
        settings.put("loadline.guard.quota.missing-keys", "admit");
        settings.put("loadline.guard.quota.routes[GET /burn].limit", "1");
        settings.put("loadline.guard.quota.routes[GET /burn].period", "1m");
        settings.put("loadline.settings.watch", mount.directory().toString());
        settings.put("loadline.startup.warm-up.paths", "/orders/1,/catalog/1");
        // Other tests may need the memory at this moment.
        settings.put("loadline.startup.gate.max-wait", "0s");
        settings.put("loadline.drain.quiet", SETTLING);
        settings.put("loadline.drain.settle-max", SETTLING);
        return new Service(adapter, mount, adapter.start(settings, CATALOG_MILLIS));
    }

    Adapter adapter() {
        return adapter;
    }

    int port() {
        return process.port();
    }

    /** A connection of its own. */
    Answer get(String path, String... headers) {
        return Wire.get(port(), path, headers);
    }

    /** The same on the management port. */
    Answer manage(String path, String... headers) {
        return Wire.get(process.managementPort(), path, headers);
    }

    Wire managementConnection() {
        return new Wire(process.managementPort());
    }

    /** What {@code /loadline} tells. */
    JsonNode status() {
        return json(manage("/loadline"));
    }

    /** One of {@code /loadline/settings}. */
    JsonNode setting(String key) {
        for (JsonNode each : json(manage("/loadline/settings")).at("/settings")) {
            if (each.at("/key").asString().equals(key)) {
                return each;
            }
        }
        throw new AssertionError("there is no setting " + key);
    }

    static JsonNode json(Answer answer) {
        return JSON.readTree(answer.body());
    }

    /** What Prometheus reads. */
    String metrics() {
        return get("/metrics").body();
    }

    /** Mounts settings in place of those before; what they change, changes soon after. */
    void mount(String... settings) throws IOException {
        mount.set(settings);
    }

    /** The limit, and returns when it holds. */
    void mountLimit(int limit) throws IOException {
        mount("loadline.limit.initial=" + limit);
        soon().until(() ->
                setting("loadline.limit.initial").at("/value").asString().equals(Integer.toString(limit)));
    }

    /** Waits for something that a real process does in its own time. */
    static ConditionFactory soon() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50));
    }

    void sigterm() {
        process.signal();
    }

    int exitCode() throws InterruptedException {
        return process.awaitExit();
    }

    /** Whether it takes a connection. */
    boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
