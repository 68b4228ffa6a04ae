/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What the environment says. Immutable.
 *
 * @param port {@code PORT} (8080); 0 takes any free one
 * @param managementPort {@code MANAGEMENT_PORT} (none: everything on the one port)
 * @param loadlineEnabled {@code LOADLINE_ENABLED} (true), to see what the service does without
 * @param limit how many requests may run at once, {@code LIMIT} (none: Loadline finds it)
 * @param catalogBytes what the rows of the catalog take while they are read, {@code CATALOG_MIB} (0: next to nothing)
 * @param catalogTime what the source of the rows takes at least, {@code CATALOG_MILLIS} (0)
 * @param gated whether the catalog waits for memory, {@code LOADLINE_STARTUP_GATE} (true)
 * @param memoryWindow over which time memory must stay where it is, {@code MEMORY_WINDOW_SECONDS} (600)
 * @param lockFile shared by all pods of a node, {@code LOADLINE_STARTUP_LOCK_FILE} (none)
 * @param warmUpPaths own routes to be called before the service is ready, {@code WARM_UP_PATHS}, comma-separated (none)
 * @param clientLimit what each API key may ask for in a minute, {@code CLIENT_LIMIT} (none: as much as it likes)
 * @param inventory the service that knows what is in stock, {@code INVENTORY_URL} (none, and no such route)
 * @param directory where settings are that change while the service runs, {@code SETTINGS_DIR} (none)
 */
record Settings(
        int port,
        OptionalInt managementPort,
        boolean loadlineEnabled,
        OptionalInt limit,
        long catalogBytes,
        Duration catalogTime,
        boolean gated,
        Duration memoryWindow,
        Optional<Path> lockFile,
        List<String> warmUpPaths,
        OptionalInt clientLimit,
        Optional<URI> inventory,
        Optional<Path> directory) {
    private static final int DEFAULT_PORT = 8080;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_CATALOG_MIB = 4096;
    private static final int MAX_CATALOG_MILLIS = 600_000;
    private static final int MAX_WINDOW_SECONDS = 86_400;
    private static final int MAX_CLIENT_LIMIT = 1_000_000;

    /** @throws IllegalArgumentException if a number is none, or out of its range */
    static Settings from(Map<String, String> environment) {
        return new Settings(
                number(environment, "PORT", MAX_PORT).orElse(DEFAULT_PORT),
                number(environment, "MANAGEMENT_PORT", MAX_PORT),
                isOn(environment, "LOADLINE_ENABLED"),
                positive(environment, "LIMIT", MAX_LIMIT),
                number(environment, "CATALOG_MIB", MAX_CATALOG_MIB).orElse(0) * 1024L * 1024,
                Duration.ofMillis(number(environment, "CATALOG_MILLIS", MAX_CATALOG_MILLIS)
                        .orElse(0)),
                isOn(environment, "LOADLINE_STARTUP_GATE"),
                Duration.ofSeconds(number(environment, "MEMORY_WINDOW_SECONDS", MAX_WINDOW_SECONDS)
                        .orElse(600)),
                text(environment, "LOADLINE_STARTUP_LOCK_FILE").map(Path::of),
                Stream.of(environment.getOrDefault("WARM_UP_PATHS", "").split(","))
                        .map(String::strip)
                        .filter(path -> !path.isEmpty())
                        .toList(),
                number(environment, "CLIENT_LIMIT", MAX_CLIENT_LIMIT),
                text(environment, "INVENTORY_URL").map(URI::create),
                text(environment, "SETTINGS_DIR").map(Path::of));
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
    }

    private static boolean isOn(Map<String, String> environment, String name) {
        return !environment.getOrDefault(name, "true").equalsIgnoreCase("false");
    }

    private static OptionalInt number(Map<String, String> environment, String name, int max) {
        return number(environment, name, 0, max);
    }

    private static OptionalInt positive(Map<String, String> environment, String name, int max) {
        return number(environment, name, 1, max);
    }

    private static OptionalInt number(Map<String, String> environment, String name, int min, int max) {
        String text = environment.getOrDefault(name, "");
        if (text.isBlank()) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= min && number <= max) {
                return OptionalInt.of(number);
            }
        } catch (NumberFormatException e) {
            // Refused below, with the value.
        }
        throw new IllegalArgumentException(name + " must be a number from " + min + " to " + max + ": " + text);
    }
}
