/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What the environment says: {@code PORT} (8080), {@code MANAGEMENT_PORT} (none: everything on the one port), 0 takes any
 * free port; {@code LOADLINE_ENABLED} (true), to see what the service does without. Immutable.
 */
record Settings(int port, OptionalInt managementPort, boolean loadlineEnabled) {
    private static final int DEFAULT_PORT = 8080;

    /** @throws IllegalArgumentException if a port is not a number from 0 to 65535 */
    static Settings from(Map<String, String> environment) {
        return new Settings(
                port(environment, "PORT").orElse(DEFAULT_PORT),
                port(environment, "MANAGEMENT_PORT"),
                !environment.getOrDefault("LOADLINE_ENABLED", "true").equalsIgnoreCase("false"));
    }

    private static OptionalInt port(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "");
        if (text.isBlank()) {
            return OptionalInt.empty();
        }
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 0 && port <= 65_535) {
                return OptionalInt.of(port);
            }
        } catch (NumberFormatException e) {
            // Refused below, with the value.
        }
        throw new IllegalArgumentException(name + " must be a port from 0 to 65535: " + text);
    }
}
