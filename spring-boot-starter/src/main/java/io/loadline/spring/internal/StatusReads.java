/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.Loadline;
import io.loadline.management.SettingsStatus;
import io.loadline.management.StartupStatus;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is served below {@code /loadline}. Thread-safe. */
public final class StatusReads {
    /** Where the status itself is. */
    public static final String ROOT = "/loadline";

    private static final Set<String> PARTS = Set.of("load", "startup", "memory", "advice", "advice.yaml", "settings");

    private final Loadline loadline;
    private final boolean writable;

    /** Reads about {@code loadline}; {@code writable} is whether settings can be changed where they are served. */
    public StatusReads(Loadline loadline, boolean writable) {
        this.loadline = loadline;
        this.writable = writable;
    }

    /** All paths. */
    public static Set<String> paths() {
        Set<String> paths = new TreeSet<>();
        paths.add(ROOT);
        PARTS.forEach(part -> paths.add(ROOT + "/" + part));
        return paths;
    }

    /** What is at {@code path}, one of {@link #paths}. */
    public Body at(String path) {
        Body body = path.equals(ROOT) ? json(loadline.status().toJson()) : part(path.substring(ROOT.length() + 1));
        if (body == null) {
            throw new IllegalArgumentException("nothing is served at " + path);
        }
        return body;
    }

    /** What is known as {@code part}; null if nothing is. */
    public @Nullable Body part(String part) {
        return switch (part) {
            case "load" -> json(loadline.loadJson());
            case "startup" -> json(StartupStatus.of(loadline.startup().report()).toJson());
            case "memory" -> json(loadline.advisor().report().memoryJson());
            case "advice" -> json(loadline.advisor().report().adviceJson());
            case "advice.yaml" ->
                new Body("application/yaml", loadline.advisor().report().yaml());
            case "settings" ->
                json(SettingsStatus.of(loadline.settings(), writable).toJson());
            default -> null;
        };
    }

    private static Body json(String text) {
        return new Body("application/json", text);
    }

    /**
     * What is sent. Immutable.
     *
     * @param contentType its media type
     * @param text the whole of it
     */
    public record Body(String contentType, String text) {

        /** As it is sent. */
        public byte[] bytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
