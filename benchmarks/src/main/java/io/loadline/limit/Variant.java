/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loadline's limiter with another value of one of its constants. It lies in the limiter's package since they are not for
 * anybody else. Immutable.
 *
 * @param constant its name
 * @param change off, half or double
 * @param value the other value
 */
public record Variant(String constant, String change, double value) {

    /** Each constant switched off, halved and doubled. */
    public static List<Variant> all() {
        return Arrays.stream(Constant.values())
                .flatMap(constant -> Stream.of(
                        new Variant(constant.name(), "off", constant.off()),
                        new Variant(constant.name(), "half", half(constant)),
                        new Variant(constant.name(), "double", twice(constant))))
                .toList();
    }

    /** Half as far from what changes nothing: a factor of 0.55 cuts by 0.45, and half of that is 0.775. */
    private static double half(Constant constant) {
        return constant.isFactor() ? 1 + (constant.value() - 1) / 2 : constant.value() / 2;
    }

    private static double twice(Constant constant) {
        return constant.isFactor() ? Math.max(0.01, 1 + (constant.value() - 1) * 2) : constant.value() * 2;
    }

    /** Sets it. */
    public AdaptiveLimit.Builder in(AdaptiveLimit.Builder algorithm) {
        return algorithm.tuning(tuning());
    }

    /** Sets it. */
    public ConcurrencyLimiter.Builder in(ConcurrencyLimiter.Builder limiter) {
        limiter.tuning = tuning();
        return limiter;
    }

    private Tuning tuning() {
        return Tuning.with(Constant.valueOf(constant), value);
    }
}
