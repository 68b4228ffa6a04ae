/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of all knobs at one moment. Immutable: whoever reads several values from one of these sees one whole setting.
 */
public final class LoadlineSettings {
    private final long version;
    private final Instant at;
    private final Map<String, Value> byKey;
    private final Map<Knob<?>, Map<String, Object>> byKnob = new HashMap<>();

    LoadlineSettings(long version, Instant at, Map<String, Value> values) {
        this.version = version;
        this.at = at;
        this.byKey = new TreeMap<>(values);
        byKey.values().forEach(each -> {
            Map<String, Object> ofKnob = byKnob.computeIfAbsent(each.knob, knob -> new TreeMap<>());
            if (each.value != null) {
                ofKnob.put(each.name, each.value);
            }
        });
    }

    /** Grows by one with each change that is applied; 1 at first. */
    public long version() {
        return version;
    }

    /** Since when they hold. */
    public Instant at() {
        return at;
    }

    /**
     * The value of {@code knob}; null if it has none.
     *
     * @throws IllegalArgumentException if it is not among these settings
     */
    public <T> @Nullable T value(Knob<T> knob) {
        return values(knob).get("");
    }

    /**
     * The values of a knob that has one for each name, by name; without those that have none.
     *
     * @throws IllegalArgumentException if it is not among these settings
     */
    @SuppressWarnings("unchecked") // a knob parses all its values, and its own are of its type
    public <T> Map<String, T> values(Knob<T> knob) {
        Map<String, Object> values = byKnob.get(knob);
        checkArgument(values != null || knob.hasNames(), "this knob is not registered: %s", knob);
        return values == null ? Map.of() : (Map<String, T>) Collections.unmodifiableMap(values);
    }

    /** All of them, by key. */
    public List<Setting> all() {
        List<Setting> all = new ArrayList<>();
        byKey.forEach((key, each) ->
                all.add(new Setting(key, each.text(), each.source, each.startText(), each.knob.allowed())));
        return all;
    }

    Map<String, Value> byKey() {
        return byKey;
    }

    @Nullable
    String text(String key) {
        Value value = byKey.get(key);
        return value == null ? null : value.text();
    }

    /** What differs from {@code before}, the source included. */
    List<SettingsChange.Difference> since(LoadlineSettings before) {
        Map<String, SettingsChange.Difference> differences = new TreeMap<>();
        for (Map<String, Value> either : List.of(before.byKey, byKey)) {
            for (String key : either.keySet()) {
                Value was = before.byKey.get(key);
                Value is = byKey.get(key);
                if (!Objects.equals(was, is)) {
                    differences.put(key, new SettingsChange.Difference(key, before.text(key), text(key)));
                }
            }
        }
        return List.copyOf(differences.values());
    }

    /** Whether one of {@code knobs} has another value than in {@code other}. */
    boolean differ(LoadlineSettings other, List<Knob<?>> knobs) {
        return knobs.stream()
                .anyMatch(
                        knob -> !byKnob.getOrDefault(knob, Map.of()).equals(other.byKnob.getOrDefault(knob, Map.of())));
    }

    /**
     * The value of one setting. Immutable.
     *
     * @param name empty if the knob has none
     */
    record Value(
            Knob<?> knob,
            String name,
            @Nullable Object value,
            SettingSource source,
            @Nullable Object start) {
        @Nullable
        String text() {
            return format(knob, value);
        }

        @Nullable
        String startText() {
            return format(knob, start);
        }

        @SuppressWarnings("unchecked") // as above
        private static <T> @Nullable String format(Knob<T> knob, @Nullable Object value) {
            return value == null ? null : knob.format((T) value);
        }
    }
}
