/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.config.KnobTable.Meaning;
import io.loadline.config.LoadlineSettings.Value;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes settings of what the sources say. Not thread-safe; guarded by its owner's lock. */
final class Resolver {
    /** As many settings as one source may have. */
    static final int MAX_SETTINGS = 1_000;

    static final int MAX_TEXT = 1_000;

    private final KnobTable knobs = new KnobTable();
    private final Map<Knob<?>, Map<String, ?>> starts = new HashMap<>();

    void add(Knob<?> knob) {
        knobs.add(knob);
        starts.put(knob, knob.startValues());
    }

    boolean has(Knob<?> knob) {
        return knobs.has(knob);
    }

    /** What is known of {@code environment}. */
    Map<String, String> environment(Map<String, String> environment) {
        return knobs.fromEnvironment(environment);
    }

    /** {@code texts} by the keys that settings have; what they cannot be is added to {@code problems}. */
    Map<String, String> read(Map<String, String> texts, List<SettingProblem> problems) {
        Map<String, String> read = new LinkedHashMap<>();
        texts.forEach((key, text) -> {
            Meaning meaning = knobs.find(key);
            if (meaning == null) {
                problems.add(knobs.unknown(key, text));
            } else if (text.length() > MAX_TEXT) {
                problems.add(new SettingProblem(
                        key, text, "it must be " + meaning.knob().allowed()));
            } else if (read.put(meaning.key(), text) != null) {
                problems.add(new SettingProblem(key, text, "it must be there once"));
            }
        });
        if (read.size() > MAX_SETTINGS) {
            problems.add(new SettingProblem(
                    "settings", String.valueOf(read.size()), "there must be no more than " + MAX_SETTINGS));
        }
        return read;
    }

    /** What holds if the sources say {@code layers}; what is not allowed there is added to {@code problems}. */
    LoadlineSettings resolve(
            long version, Instant at, Map<SettingSource, Map<String, String>> layers, List<SettingProblem> problems) {
        Map<String, Value> values = new TreeMap<>();
        for (Knob<?> knob : knobs.all()) {
            Map<String, ?> ofStart = starts.getOrDefault(knob, Map.of());
            for (String name : knob.hasNames() ? ofStart.keySet() : List.of("")) {
                Object start = ofStart.get(name);
                values.put(knob.key(name), new Value(knob, name, start, SettingSource.START, start));
            }
        }
        for (SettingSource source : SettingSource.values()) {
            layers.getOrDefault(source, Map.of()).forEach((key, text) -> {
                Meaning meaning = Objects.requireNonNull(knobs.find(key), key);
                Object start = starts.getOrDefault(meaning.knob(), Map.of()).get(meaning.name());
                try {
                    Object value = text.strip().equals(Knob.DEFAULT)
                            ? start
                            : meaning.knob().parse(key, text.strip());
                    values.put(key, new Value(meaning.knob(), meaning.name(), value, source, start));
                } catch (InvalidSettingsException e) {
                    problems.addAll(e.problems());
                }
            });
        }
        return new LoadlineSettings(version, at, values);
    }

    /** What must be said at last so that {@code wanted} holds again, where {@code lower} would without it. */
    Map<String, String> pins(LoadlineSettings wanted, LoadlineSettings lower) {
        Map<String, String> pins = new LinkedHashMap<>();
        TreeSet<String> keys = new TreeSet<>(wanted.byKey().keySet());
        keys.addAll(lower.byKey().keySet());
        for (String key : keys) {
            @Nullable Value present = lower.byKey().get(key);
            @Nullable Object value = present == null ? null : present.value();
            @Nullable Value then = wanted.byKey().get(key);
            @Nullable Object valueThen = then == null ? null : then.value();
            if (!Objects.equals(value, valueThen)) {
                String text = then == null ? null : then.text();
                pins.put(key, text == null ? Knob.DEFAULT : text);
            }
        }
        return pins;
    }
}
