/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.Loadline;
import io.loadline.management.SettingsStatus;
import io.loadline.management.StartupStatus;
import io.quarkus.arc.Arc;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Serves {@code /loadline} or what is below it. Thread-safe. There are no writes. */
public final class StatusHandler implements Handler<RoutingContext> {
    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";

    private final String part;
    private final boolean enabled;

    /** {@code part} is the path below {@code /loadline}, empty for that itself. */
    public StatusHandler(String part, boolean enabled) {
        this.part = part;
        this.enabled = enabled;
    }

    @Override
    public void handle(RoutingContext context) {
        if (!enabled) {
            context.next();
            return;
        }
        HttpMethod method = context.request().method();
        HttpServerResponse response = context.response();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD) {
            response.setStatusCode(405)
                    .putHeader(HttpHeaders.ALLOW, "GET, HEAD")
                    .end();
            return;
        }
        Buffer body =
                Buffer.buffer(text(Arc.container().instance(Loadline.class).get()));
        response.putHeader(HttpHeaders.CONTENT_TYPE, part.endsWith(".yaml") ? YAML : JSON);
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (method == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(body);
        }
    }

    private String text(Loadline loadline) {
        return switch (part) {
            case "" -> loadline.status().toJson();
            case "load" -> loadline.loadJson();
            case "startup" -> StartupStatus.of(loadline.startup().report()).toJson();
            case "memory" -> loadline.advisor().report().memoryJson();
            case "advice" -> loadline.advisor().report().adviceJson();
            case "advice.yaml" -> loadline.advisor().report().yaml();
            case "settings" -> SettingsStatus.of(loadline.settings(), false).toJson();
            default -> throw new IllegalArgumentException("nothing is served as " + part);
        };
    }
}
