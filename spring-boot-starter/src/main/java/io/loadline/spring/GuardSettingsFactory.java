/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.guard.Degradation;
import io.loadline.guard.FeatureThresholds;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeSettings;
import io.loadline.spring.LoadlineProperties.FeatureSettings;
import io.loadline.spring.LoadlineProperties.Intake;
import io.loadline.spring.internal.InvalidSettingException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Gives the settings of what surrounds requests to its builders. Stateless. */
final class GuardSettingsFactory {
    private static final String DEGRADATION = "loadline.guard.degradation";
    private static final String INTAKE = "loadline.guard.intake";

    private GuardSettingsFactory() {}

    static void configure(Degradation.Builder builder, LoadlineProperties.Degradation settings) {
        LoadlineFactory.set(DEGRADATION + ".settle", settings.settle(), builder::settle);
        LoadlineFactory.set(DEGRADATION + ".off-at-least", settings.offAtLeast(), builder::offAtLeast);
        LoadlineFactory.set(DEGRADATION + ".calm", settings.calm(), builder::calm);
        LoadlineFactory.set(DEGRADATION + ".silence", settings.silence(), builder::silence);
        // In an order of its own: that of a map of settings is anybody's.
        for (Map.Entry<String, FeatureSettings> each : new TreeMap<>(settings.features()).entrySet()) {
            String key = DEGRADATION + ".features." + each.getKey();
            Double offAbove = each.getValue().offAbove();
            Double onBelow = each.getValue().onBelow();
            if (offAbove == null && onBelow != null) {
                throw new InvalidSettingException(
                        key + ".on-below", onBelow, "it has no effect unless " + key + ".off-above is set", null);
            }
            FeatureThresholds thresholds = offAbove == null
                    ? FeatureThresholds.BY_HAND
                    : LoadlineFactory.check(
                            onBelow == null ? key + ".off-above" : key + ".off-above and " + key + ".on-below",
                            onBelow == null ? offAbove : offAbove + " and " + onBelow,
                            () -> onBelow == null
                                    ? FeatureThresholds.offAbove(offAbove)
                                    : new FeatureThresholds(offAbove, onBelow));
            // It may contradict another: which it is the message says.
            Object unused = LoadlineFactory.check(key, thresholds, () -> builder.feature(each.getKey(), thresholds));
        }
    }

    static void configure(IntakeGate.Builder builder, Intake settings) {
        IntakeSettings changed = loads(settings);
        changed = with(
                ".paused-at-least", settings.pausedAtLeast(), changed, (each, time) -> each.times(time, each.calm()));
        changed = with(".calm", settings.calm(), changed, (each, time) -> each.times(each.pausedAtLeast(), time));
        changed = with(".max-wait", settings.maxWait(), changed, IntakeSettings::maxWait);
        IntakeGate.Builder unused = builder.settings(changed);
    }

    private static IntakeSettings loads(Intake settings) {
        Double pauseAbove = settings.pauseAbove();
        Double resumeBelow = settings.resumeBelow();
        if (pauseAbove == null && resumeBelow == null) {
            return IntakeSettings.DEFAULT;
        }
        double pause = pauseAbove == null ? IntakeSettings.DEFAULT.pauseAbove() : pauseAbove;
        String key = resumeBelow == null
                ? INTAKE + ".pause-above"
                : pauseAbove == null
                        ? INTAKE + ".resume-below"
                        : INTAKE + ".pause-above and " + INTAKE + ".resume-below";
        Object value = resumeBelow == null
                ? pauseAbove
                : pauseAbove == null ? resumeBelow : pauseAbove + " and " + resumeBelow;
        return LoadlineFactory.check(key, value, () -> {
            IntakeSettings follows = IntakeSettings.DEFAULT.pauseAbove(pause);
            return resumeBelow == null ? follows : follows.loads(pause, resumeBelow);
        });
    }

    private static IntakeSettings with(
            String key,
            @Nullable Duration value,
            IntakeSettings settings,
            BiFunction<IntakeSettings, Duration, IntakeSettings> change) {
        return value == null
                ? settings
                : LoadlineFactory.check(INTAKE + key, value, () -> change.apply(settings, value));
    }
}
