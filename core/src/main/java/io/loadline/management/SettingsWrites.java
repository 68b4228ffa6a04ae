/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.loadline.config.InvalidSettingsException;
import io.loadline.config.LiveSettings;
import io.loadline.config.SettingsAuthorization;
import io.loadline.config.SettingsAuthorization.Decision;
import io.loadline.internal.JsonWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes settings on behalf of a request. Thread-safe. */
final class SettingsWrites {
    /*
     * A form, as "curl -d loadline.limit.enforcement=shadow" sends it: each field a setting, a blank one takes back what was
     * changed so before; or the field "rollback" alone with a version.
     *
     * Pages of other sites can send forms, too, with whatever the browser adds by itself (cookies, a password it knows). What
     * they cannot add without asking is a header of its own, and nobody here answers such a question. So there must be
     * one, and it is of use: why somebody changed something is what one wants to know next week.
     *
     * Who may is asked before the body is read.
     */
    static final String REASON = "Loadline-Reason";

    private static final Logger LOG = LoggerFactory.getLogger(SettingsWrites.class);
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String ROLLBACK = "rollback";
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_FIELDS = 1_000;

    private final LiveSettings settings;
    private final SettingsAuthorization writers;

    /** Raised by whoever logs it. */
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    SettingsWrites(LiveSettings settings, SettingsAuthorization writers) {
        this.settings = settings;
        this.writers = writers;
    }

    Answer post(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        Decision decision = decide(headers);
        String who = decision.who();
        if (who == null) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"loadline\"");
            return Answer.problem(401, "Unauthorized");
        }
        String reason = headers.getFirst(REASON);
        if (!decision.allowed() || reason == null || reason.isBlank()) {
            return Answer.problem(
                    403,
                    "Forbidden",
                    decision.allowed() ? "the header " + REASON + " must tell why" : who + " may not change settings");
        }
        if (!isForm(headers.getFirst("Content-Type"))) {
            exchange.getResponseHeaders().set("Accept-Post", FORM);
            return Answer.problem(415, "Unsupported Media Type", "it must be " + FORM);
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            return Answer.problem(413, "Content Too Large", "it must be no longer than " + MAX_BODY + " bytes");
        }
        Map<String, String> fields = fields(new String(body, StandardCharsets.UTF_8));
        return fields == null
                ? Answer.problem(400, "Bad Request", "it must be a form in which each field is there once")
                : change(fields, who + " at " + address(exchange) + ": " + reason);
    }

    private Answer change(Map<String, String> fields, String who) {
        try {
            String version = fields.size() == 1 ? fields.get(ROLLBACK) : null;
            if (version == null) {
                settings.change(fields, who);
            } else {
                settings.rollback(Long.parseLong(version.strip()), who);
            }
            return Answer.json(200, SettingsStatus.of(settings).toJson());
        } catch (InvalidSettingsException e) {
            JsonWriter json = Answer.begin(422, "Unprocessable Content");
            SettingsStatus.write(json, e.problems());
            return Answer.problem(422, json);
        } catch (IllegalArgumentException e) {
            return Answer.problem(422, "Unprocessable Content", String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            return Answer.problem(500, "Internal Server Error", String.valueOf(e.getMessage()));
        }
    }

    private Decision decide(Headers headers) {
        try {
            return writers.authorize(headers::getFirst);
        } catch (Throwable e) {
            if (failureLogged.compareAndSet(false, true)) {
                LOG.warn(
                        "{} failed, so nobody may change settings; this is logged once",
                        writers.getClass().getName(),
                        e);
            }
            return Decision.unknown();
        }
    }

    private static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(FORM);
    }

    /** Null if it is none. */
    private static @Nullable Map<String, String> fields(String body) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : body.strip().split("&", MAX_FIELDS + 1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0 || fields.size() == MAX_FIELDS) {
                return null;
            }
            try {
                if (fields.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1))) != null) {
                    return null;
                }
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String address(HttpExchange exchange) {
        InetSocketAddress remote = exchange.getRemoteAddress();
        return remote == null ? "unknown" : remote.getAddress().getHostAddress();
    }
}
