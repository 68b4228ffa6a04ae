/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Names that all adapters have alike, one in a line of a file; {@link Difference} says what one has more, or not. */
enum Surface {
    /** Series of Prometheus, with their labels. */
    METERS(Behaviour.METERS),
    /** Members of {@code /loadline}. */
    STATUS(Behaviour.STATUS_MEMBERS),
    /** Keys of {@code /loadline/settings}. */
    SETTINGS(Behaviour.SETTINGS_KEYS),
    /** Local resources whose saturation counts. */
    RESOURCES(Behaviour.RESOURCES);

    private final Behaviour behaviour;

    Surface(Behaviour behaviour) {
        this.behaviour = behaviour;
    }

    /** That an adapter has these, and no others. */
    Behaviour behaviour() {
        return behaviour;
    }

    Set<String> expectedOf(Adapter adapter) {
        Set<String> expected = new TreeSet<>(all());
        for (Difference each : Difference.values()) {
            if (each.surface() == this && each.adapters().contains(adapter)) {
                if (each.more()) {
                    expected.add(each.seen());
                } else {
                    expected.remove(each.seen());
                }
            }
        }
        return expected;
    }

    Set<String> all() {
        String file = "/surface/" + name().toLowerCase(Locale.ROOT) + ".txt";
        try (InputStream in = Surface.class.getResourceAsStream(file)) {
            Set<String> names = new TreeSet<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(names::add);
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
