/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import static io.loadline.quarkus.runtime.config.Setting.anySet;
import static io.loadline.quarkus.runtime.config.Setting.check;
import static io.loadline.quarkus.runtime.config.Setting.key;
import static io.loadline.quarkus.runtime.config.Setting.keys;
import static io.loadline.quarkus.runtime.config.Setting.reject;
import static io.loadline.quarkus.runtime.config.Setting.set;
import static io.loadline.quarkus.runtime.config.Setting.values;

import io.loadline.Loadline;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.FeatureThresholds;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeSettings;
import io.loadline.quarkus.runtime.config.GuardConfig.Dependency;
import io.loadline.quarkus.runtime.config.GuardConfig.Feature;
import io.loadline.quarkus.runtime.config.GuardConfig.Intake;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Gives the settings of guards, optional features and the gate before messages to their builders. Stateless. */
public final class GuardSettings {
    // Those of the library, of which one may be set without the other.
    private static final int WINDOW = 100;
    private static final int MINIMUM_CALLS = 20;
    private static final Duration OPEN_FIRST = Duration.ofMillis(500);
    private static final Duration OPEN_MOST = Duration.ofSeconds(2);

    private static final String INTAKE = "guard.intake";

    private GuardSettings() {}

    /** A guard for each dependency that has settings. */
    public static void configure(Loadline.Builder loadline, Map<String, Dependency> dependencies) {
        for (Map.Entry<String, Dependency> each : new TreeMap<>(dependencies).entrySet()) {
            String name = each.getKey();
            String key = key("guard.dependencies", name);
            Loadline.Builder unused =
                    check(key, name, () -> loadline.guard(name, builder -> configure(builder, key, each.getValue())));
        }
    }

    private static void configure(DependencyGuard.Builder builder, String key, Dependency settings) {
        set(key + ".concurrency", settings.concurrency(), builder::concurrency);
        set(key + ".time-limit", settings.timeLimit(), builder::timeLimit);
        set(key + ".slow-call", settings.slowCall(), builder::slowCall);
        set(key + ".slow-call-rate", settings.slowCallRate(), builder::slowCallRate);
        set(key + ".failure-rate", settings.failureRate(), builder::failureRate);
        set(key + ".feeds-readiness", settings.feedsReadiness(), builder::feedsReadiness);
        Optional<Integer> window = settings.window();
        Optional<Integer> minimum = settings.minimumCalls();
        if (window.isPresent() || minimum.isPresent()) {
            int calls = window.orElse(WINDOW);
            int least = minimum.orElse(Math.min(MINIMUM_CALLS, calls));
            Object unused = check(
                    keys(key + ".window", window, key + ".minimum-calls", minimum),
                    values(window, minimum),
                    () -> builder.window(calls, least));
        }
        Optional<Duration> first = settings.openFirst();
        Optional<Duration> most = settings.openMost();
        if (first.isPresent() || most.isPresent()) {
            Duration begins = first.orElseGet(() -> least(OPEN_FIRST, most.get()));
            Duration ends = most.orElseGet(() -> begins.compareTo(OPEN_MOST) > 0 ? begins : OPEN_MOST);
            Object unused = check(
                    keys(key + ".open-first", first, key + ".open-most", most),
                    values(first, most),
                    () -> builder.open(begins, ends));
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** What is given up. */
    public static void configure(Degradation.Builder builder, GuardConfig.Degradation settings) {
        if (anySet(settings.settle(), settings.offAtLeast(), settings.calm(), settings.silence())) {
            set("guard.degradation.settle", settings.settle(), builder::settle);
            set("guard.degradation.off-at-least", settings.offAtLeast(), builder::offAtLeast);
            set("guard.degradation.calm", settings.calm(), builder::calm);
            set("guard.degradation.silence", settings.silence(), builder::silence);
        }
        // In an order of its own: that of a map of settings is anybody's.
        for (Map.Entry<String, Feature> each : new TreeMap<>(settings.features()).entrySet()) {
            String name = each.getKey();
            String key = key("guard.degradation.features", name);
            FeatureThresholds thresholds = thresholds(key, each.getValue());
            // It may contradict another: which it is the message says.
            Object unused = check(key, thresholds, () -> builder.feature(name, thresholds));
        }
    }

    private static FeatureThresholds thresholds(String key, Feature feature) {
        Optional<Double> offAbove = feature.offAbove();
        Optional<Double> onBelow = feature.onBelow();
        if (offAbove.isEmpty()) {
            reject(key + ".on-below", onBelow, "unless " + LoadlineConfig.PREFIX + key + ".off-above is set");
            return FeatureThresholds.BY_HAND;
        }
        double off = offAbove.get();
        return check(
                keys(key + ".off-above", offAbove, key + ".on-below", onBelow),
                values(offAbove, onBelow),
                () -> onBelow.isEmpty() ? FeatureThresholds.offAbove(off) : new FeatureThresholds(off, onBelow.get()));
    }

    /** When messages are fetched. */
    public static void configure(IntakeGate.Builder builder, Intake settings) {
        IntakeSettings changed = loads(settings);
        if (!anySet(settings.pausedAtLeast(), settings.calm(), settings.maxWait())) {
            IntakeGate.Builder unused = builder.settings(changed);
            return;
        }
        changed = with(
                ".paused-at-least", settings.pausedAtLeast(), changed, (each, time) -> each.times(time, each.calm()));
        changed = with(".calm", settings.calm(), changed, (each, time) -> each.times(each.pausedAtLeast(), time));
        changed = with(".max-wait", settings.maxWait(), changed, IntakeSettings::maxWait);
        IntakeGate.Builder unused = builder.settings(changed);
    }

    private static IntakeSettings loads(Intake settings) {
        Optional<Double> pauseAbove = settings.pauseAbove();
        Optional<Double> resumeBelow = settings.resumeBelow();
        if (pauseAbove.isEmpty() && resumeBelow.isEmpty()) {
            return IntakeSettings.DEFAULT;
        }
        double pause = pauseAbove.orElse(IntakeSettings.DEFAULT.pauseAbove());
        return check(
                keys(INTAKE + ".pause-above", pauseAbove, INTAKE + ".resume-below", resumeBelow),
                values(pauseAbove, resumeBelow),
                () -> {
                    IntakeSettings follows = IntakeSettings.DEFAULT.pauseAbove(pause);
                    return resumeBelow.isEmpty() ? follows : follows.loads(pause, resumeBelow.get());
                });
    }

    private static IntakeSettings with(
            String key,
            Optional<Duration> value,
            IntakeSettings settings,
            BiFunction<IntakeSettings, Duration, IntakeSettings> change) {
        return value.isEmpty() ? settings : check(INTAKE + key, value.get(), () -> change.apply(settings, value.get()));
    }
}
