/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When features go off and come back. Immutable, and consistent as a whole: features of equal thresholds are one level,
 * and levels go off in the order of their load.
 *
 * @param features the thresholds of each feature, by name
 * @param settle the least time between two levels that go off, so that the effect of one shows before the next
 * @param offAtLeast for how long a level stays off at least
 * @param calm for how long the load must have been below the lower threshold before a level comes back
 * @param silence after how long without a valid load levels come back all the same, one each {@code calm}
 */
public record DegradationSettings(
        Map<String, FeatureThresholds> features,
        Duration settle,
        Duration offAtLeast,
        Duration calm,
        Duration silence) {
    /** No features, and the default times: 5 s, 30 s, 15 s and 2 min. */
    public static final DegradationSettings NONE = new DegradationSettings(
            Map.of(), Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(15), Duration.ofMinutes(2));

    private static final int MAX_FEATURES = 100;

    /**
     * Copies the thresholds and checks the whole.
     *
     * @throws IllegalArgumentException if there are more than 100 features, a name is blank, long or has control
     *     characters, thresholds of two features contradict each other, or a time is negative or above one hour
     */
    public DegradationSettings {
        checkArgument(
                features.size() <= MAX_FEATURES,
                "there must be at most %s features: %s",
                MAX_FEATURES,
                features.size());
        features.keySet().forEach(name -> FeatureOverride.check("name of a feature", name));
        features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
        checkTime("settle", settle);
        checkTime("offAtLeast", offAtLeast);
        checkTime("calm", calm);
        checkTime("silence", silence);
        checkOrder(features);
    }

    /** The same with the thresholds of one feature, added or changed. */
    public DegradationSettings feature(String name, FeatureThresholds thresholds) {
        Map<String, FeatureThresholds> changed = new LinkedHashMap<>(features);
        changed.put(name, thresholds);
        return new DegradationSettings(changed, settle, offAtLeast, calm, silence);
    }

    /** What is off at each level beyond the one before, level 1 first. */
    List<FeatureThresholds> levels() {
        // Without hash codes of records, whose code is made when the first is asked for: a start would wait for that.
        List<FeatureThresholds> levels = new ArrayList<>();
        for (FeatureThresholds each : features.values()) {
            if (!each.byHand() && !levels.contains(each)) {
                levels.add(each);
            }
        }
        levels.sort((one, other) -> Double.compare(one.offAbove(), other.offAbove()));
        return List.copyOf(levels);
    }

    private static void checkTime(String name, Duration time) {
        checkArgument(
                !time.isNegative() && time.compareTo(Duration.ofHours(1)) <= 0,
                "%s must be between 0 and 1 h: %s",
                name,
                time);
    }

    /** What goes off last must not have to wait for what went off first. */
    private static void checkOrder(Map<String, FeatureThresholds> features) {
        features.forEach((name, one) -> features.forEach((otherName, other) -> checkArgument(
                !(one.offAbove() == other.offAbove() && one.onBelow() != other.onBelow())
                        && !(one.offAbove() < other.offAbove() && one.onBelow() > other.onBelow()),
                "features must come back in the reverse of the order in which they go off: '%s' %s-%s, '%s' %s-%s",
                name,
                one.onBelow(),
                one.offAbove(),
                otherName,
                other.onBelow(),
                other.offAbove())));
    }
}
