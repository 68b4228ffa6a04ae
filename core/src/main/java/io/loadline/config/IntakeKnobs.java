/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The loads and times of an intake gate under {@code loadline.guard.intake}. Thread-safe. */
public final class IntakeKnobs implements SettingsPart {
    private static final String PREFIX = "loadline.guard.intake.";

    private final IntakeGate gate;
    private final Knob<Double> pauseAbove;
    private final Knob<Double> resumeBelow;
    private final Knob<Duration> pausedAtLeast;
    private final Knob<Duration> calm;
    private final Knob<Duration> maxWait;

    /** Those of {@code gate}, whose present settings are the start. */
    public IntakeKnobs(IntakeGate gate) {
        this.gate = gate;
        IntakeSettings start = gate.settings();
        boolean follows =
                start.resumeBelow() == start.pauseAbove(start.pauseAbove()).resumeBelow();
        this.pauseAbove = load("pause-above").startWith(start.pauseAbove());
        this.resumeBelow = load("resume-below").startWith(follows ? null : start.resumeBelow());
        this.pausedAtLeast = time("paused-at-least", Duration.ofMinutes(10)).startWith(start.pausedAtLeast());
        this.calm = time("calm", Duration.ofMinutes(10)).startWith(start.calm());
        this.maxWait = time("max-wait", Duration.ofMinutes(1)).startWith(start.maxWait());
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.of(pauseAbove, resumeBelow, pausedAtLeast, calm, maxWait);
    }

    @Override
    public void check(LoadlineSettings wanted) {
        double high = Objects.requireNonNull(wanted.value(pauseAbove));
        Double low = wanted.value(resumeBelow);
        if (low != null && low >= high) {
            throw new InvalidSettingsException(
                    resumeBelow.key() + " and " + pauseAbove.key(),
                    low + " and " + high,
                    "resume-below must be below pause-above");
        }
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        IntakeSettings settings = gate.settings();
        if (after.differ(before, List.of(pauseAbove, resumeBelow))) {
            double high = Objects.requireNonNull(after.value(pauseAbove));
            Double low = after.value(resumeBelow);
            settings = low == null ? settings.pauseAbove(high) : settings.loads(high, low);
        }
        settings = settings.times(
                        changed(pausedAtLeast, before, after, settings.pausedAtLeast()),
                        changed(calm, before, after, settings.calm()))
                .maxWait(changed(maxWait, before, after, settings.maxWait()));
        gate.settings(settings);
    }

    private static Duration changed(
            Knob<Duration> knob, LoadlineSettings before, LoadlineSettings after, Duration present) {
        return after.differ(before, List.of(knob)) ? Objects.requireNonNull(after.value(knob)) : present;
    }

    private static Knob<Double> load(String key) {
        return Knob.ratio(PREFIX + key, Double.MIN_VALUE, Double.MAX_VALUE, "a number above 0");
    }

    private static Knob<Duration> time(String key, Duration most) {
        return Knob.duration(PREFIX + key, Duration.ZERO, most);
    }
}
