/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.guard.Degradation;
import io.loadline.guard.DegradationSettings;
import io.loadline.guard.FeatureOverride;
import io.loadline.guard.FeatureThresholds;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The knobs under {@code loadline.guard.degradation}: at which load each feature goes off and comes back, for how long, and
 * {@code force}, which keeps one on or off whatever the load. Thread-safe.
 */
public final class DegradationKnobs implements SettingsPart {
    private static final String PREFIX = "loadline.guard.degradation.";
    private static final Duration MOST = Duration.ofHours(1);
    private static final String ON = "on";
    private static final String OFF = "off";

    private final Degradation degradation;
    private final Knob<Double> offAbove;
    private final Knob<Double> onBelow;
    private final Knob<Boolean> force;
    private final Knob<Duration> settle;
    private final Knob<Duration> offAtLeast;
    private final Knob<Duration> calm;
    private final Knob<Duration> silence;

    /** Those of {@code degradation}, whose present settings are the start. */
    public DegradationKnobs(Degradation degradation) {
        this.degradation = degradation;
        DegradationSettings start = degradation.settings();
        this.offAbove = load("features.*.off-above")
                .starts(() -> each(start, (of, values) -> {
                    if (of.getValue().offAbove() < Double.POSITIVE_INFINITY) {
                        values.put(of.getKey(), of.getValue().offAbove());
                    }
                }));
        this.onBelow = load("features.*.on-below")
                .starts(() -> each(start, (of, values) -> {
                    FeatureThresholds thresholds = of.getValue();
                    if (!thresholds.equals(thresholds(thresholds.offAbove(), null))) {
                        values.put(of.getKey(), thresholds.onBelow());
                    }
                }));
        this.force = Knob.of(
                PREFIX + "features.*.force",
                "on or off, or default for what the load says",
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case ON -> true;
                    case OFF -> false;
                    default -> throw new IllegalArgumentException(text);
                },
                on -> on ? ON : OFF);
        this.settle = time("settle").start(start::settle);
        this.offAtLeast = time("off-at-least").start(start::offAtLeast);
        this.calm = time("calm").start(start::calm);
        this.silence = time("silence").start(start::silence);
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.of(offAbove, onBelow, force, settle, offAtLeast, calm, silence);
    }

    @Override
    public void check(LoadlineSettings wanted) {
        Set<String> features = degradation.settings().features().keySet();
        for (Knob<?> knob : List.of(offAbove, onBelow, force)) {
            for (String name : wanted.values(knob).keySet()) {
                if (!features.contains(name)) {
                    throw new InvalidSettingsException(
                            knob.key(name),
                            wanted.text(knob.key(name)),
                            "there is no such feature; there are " + features);
                }
            }
        }
        Map<String, FeatureThresholds> thresholds = thresholds(wanted);
        try {
            DegradationSettings unused = settings(wanted, thresholds);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    offAbove.key() + " and " + onBelow.key(), null, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        DegradationSettings present = degradation.settings();
        Map<String, FeatureThresholds> were = thresholds(before);
        Map<String, FeatureThresholds> features = new LinkedHashMap<>(present.features());
        thresholds(after).forEach((name, thresholds) -> {
            if (!thresholds.equals(were.get(name))) {
                features.put(name, thresholds);
            }
        });
        Map<String, Optional<FeatureOverride>> decided = new LinkedHashMap<>();
        for (String name : features.keySet()) {
            Boolean on = after.values(force).get(name);
            if (!Objects.equals(on, before.values(force).get(name))) {
                decided.put(
                        name,
                        Optional.ofNullable(on)
                                .map(value ->
                                        new FeatureOverride(value, "settings", "version " + after.version(), null)));
            }
        }
        DegradationSettings wanted = new DegradationSettings(
                features,
                changed(settle, before, after, present.settle()),
                changed(offAtLeast, before, after, present.offAtLeast()),
                changed(calm, before, after, present.calm()),
                changed(silence, before, after, present.silence()));
        degradation.settings(wanted, decided);
    }

    private DegradationSettings settings(LoadlineSettings settings, Map<String, FeatureThresholds> features) {
        return new DegradationSettings(
                features,
                Objects.requireNonNull(settings.value(settle)),
                Objects.requireNonNull(settings.value(offAtLeast)),
                Objects.requireNonNull(settings.value(calm)),
                Objects.requireNonNull(settings.value(silence)));
    }

    /** Of each feature. */
    private Map<String, FeatureThresholds> thresholds(LoadlineSettings settings) {
        Map<String, Double> highs = settings.values(offAbove);
        Map<String, Double> lows = settings.values(onBelow);
        Map<String, FeatureThresholds> thresholds = new TreeMap<>();
        for (String name : degradation.settings().features().keySet()) {
            Double high = highs.get(name);
            Double low = lows.get(name);
            if (high == null && low != null) {
                throw new InvalidSettingsException(
                        onBelow.key(name),
                        String.valueOf(low),
                        "it has no effect unless " + offAbove.key(name) + " is set");
            }
            if (high != null && low != null && low >= high) {
                throw new InvalidSettingsException(
                        onBelow.key(name) + " and " + offAbove.key(name),
                        low + " and " + high,
                        "on-below must be below off-above");
            }
            thresholds.put(name, high == null ? FeatureThresholds.BY_HAND : thresholds(high, low));
        }
        return thresholds;
    }

    private static FeatureThresholds thresholds(double high, @Nullable Double low) {
        if (high == Double.POSITIVE_INFINITY) {
            return FeatureThresholds.BY_HAND;
        }
        return low == null ? FeatureThresholds.offAbove(high) : new FeatureThresholds(high, low);
    }

    private static Duration changed(
            Knob<Duration> knob, LoadlineSettings before, LoadlineSettings after, Duration present) {
        return after.differ(before, List.of(knob)) ? Objects.requireNonNull(after.value(knob)) : present;
    }

    private static Knob<Double> load(String key) {
        return Knob.ratio(PREFIX + key, Double.MIN_VALUE, Double.MAX_VALUE, "a number above 0");
    }

    private static Knob<Duration> time(String key) {
        return Knob.duration(PREFIX + key, Duration.ZERO, MOST);
    }

    private static Map<String, Double> each(
            DegradationSettings start, BiConsumer<Map.Entry<String, FeatureThresholds>, Map<String, Double>> value) {
        Map<String, Double> values = new TreeMap<>();
        start.features().entrySet().forEach(each -> value.accept(each, values));
        return values;
    }
}
