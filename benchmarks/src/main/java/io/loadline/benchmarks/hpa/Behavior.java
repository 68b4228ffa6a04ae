/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

import java.time.Duration;
import java.util.List;

/**
 * How fast the number of replicas may change. Immutable.
 *
 * @param up rules for more
 * @param down rules for fewer
 */
public record Behavior(ScalingRules up, ScalingRules down) {
    /**
     * Kubernetes' defaults: up by four pods or by all there are within 15 s, whichever is more, at once; down to nothing, but
     * not below any recommendation of the last five minutes.
     *
     * @param faster by how much all times are shorter than Kubernetes'; 1 for as they are
     */
    public static Behavior defaults(int faster) {
        Duration period = Duration.ofSeconds(15).dividedBy(faster);
        ScalingPolicy doubling = new ScalingPolicy(ScalingPolicy.Unit.PERCENT, 100, period);
        ScalingPolicy four = new ScalingPolicy(ScalingPolicy.Unit.PODS, 4, period);
        return new Behavior(
                new ScalingRules(Duration.ZERO, ScalingRules.Select.MAX, List.of(four, doubling)),
                new ScalingRules(
                        Duration.ofSeconds(300).dividedBy(faster), ScalingRules.Select.MAX, List.of(doubling)));
    }
}
