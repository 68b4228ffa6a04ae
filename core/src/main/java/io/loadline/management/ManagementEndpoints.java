/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.loadline.availability.Availability;
import io.loadline.availability.LivenessState;
import io.loadline.availability.ReadinessState;
import io.loadline.config.LiveSettings;
import io.loadline.config.SettingsAuthorization;
import io.loadline.internal.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The reads {@code /livez}, {@code /readyz}, {@code /startupz}, {@code /loadline} and {@code /loadline/load} for any of
 * the JDK's HTTP servers, and those that are added. Thread-safe once no more are added. Nothing is written unless live settings say who may.
 */
public final class ManagementEndpoints {
    /** The paths that are always served; they are never limited. */
    public static final List<String> PATHS = List.of("/livez", "/readyz", "/startupz", "/loadline", "/loadline/load");

    private static final String SETTINGS = "/loadline/settings";

    private final Availability availability;
    private final Map<String, Supplier<Answer>> reads = new LinkedHashMap<>();
    private final Map<String, Write> writes = new HashMap<>();

    /**
     * Reads about an application.
     *
     * @param json what {@code /loadline} tells
     * @param loadJson what {@code /loadline/load} tells
     */
    public ManagementEndpoints(Availability availability, Supplier<String> json, Supplier<String> loadJson) {
        this.availability = availability;
        reads.put("/livez", () -> probe(availability.liveness() == LivenessState.CORRECT));
        reads.put(
                "/readyz",
                () -> probe(
                        availability.readiness() == ReadinessState.ACCEPTING_TRAFFIC, availability.readinessHolds()));
        reads.put("/startupz", () -> probe(availability.isStarted()));
        reads.put("/loadline", () -> Answer.json(200, json.get()));
        reads.put("/loadline/load", () -> Answer.json(200, loadJson.get()));
    }

    /**
     * Adds a read that answers 200 with {@code text}, or replaces one; servers that have the others already do not get
     * it.
     */
    @CanIgnoreReturnValue
    public ManagementEndpoints read(String path, String contentType, Supplier<String> text) {
        reads.put(path, () -> new Answer(200, contentType, text.get()));
        return this;
    }

    /**
     * Adds {@code /loadline/settings}: the read, and the write if somebody may change them; servers that have the others
     * already do not get it.
     */
    @CanIgnoreReturnValue
    public ManagementEndpoints settings(LiveSettings settings) {
        SettingsAuthorization writers = settings.writers();
        if (writers != null) {
            writes.put(SETTINGS, new SettingsWrites(settings, writers)::post);
        }
        return read(
                SETTINGS, "application/json", () -> SettingsStatus.of(settings).toJson());
    }

    /** The paths of all reads. */
    public List<String> paths() {
        return List.copyOf(reads.keySet());
    }

    /** Adds the reads to a server of yours. */
    public void addTo(HttpServer server) {
        reads.forEach((path, answer) -> server.createContext(path, exchange -> {
            try (exchange) {
                serve(exchange, path, answer);
            }
        }));
    }

    private Answer probe(boolean good) {
        return probe(good, List.of());
    }

    private Answer probe(boolean good, List<String> held) {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .member("status", good ? "UP" : "OUT_OF_SERVICE")
                .member("state", availability.state().name());
        if (!held.isEmpty()) {
            json.beginArray("held");
            held.forEach(json::element);
            json.endArray();
        }
        return Answer.json(good ? 200 : 503, json.endObject().toString());
    }

    private void serve(HttpExchange exchange, String path, Supplier<Answer> answer) throws IOException {
        String method = exchange.getRequestMethod();
        Write write = writes.get(path);
        if (!exchange.getRequestURI().getPath().equals(path)) {
            send(exchange, Answer.problem(404, "Not Found"));
        } else if (method.equals("POST") && write != null) {
            send(exchange, write.post(exchange));
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", write == null ? "GET, HEAD" : "GET, HEAD, POST");
            send(exchange, Answer.problem(405, "Method Not Allowed"));
        } else {
            send(exchange, answer.get());
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    /** What answers a POST. */
    private interface Write {
        Answer post(HttpExchange exchange) throws IOException;
    }
}
