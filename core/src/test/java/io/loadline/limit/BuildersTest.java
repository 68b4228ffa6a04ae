/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BuildersTest {
    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal(() -> ConcurrencyLimiter.builder(" "), "name must not be blank: ' '"),
                refusal(() -> ConcurrencyLimiter.builder("a").maxRoutes(0), "maxRoutes must be between 1 and 10000: 0"),
                refusal(
                        () -> ConcurrencyLimiter.builder("a").slo(Duration.ZERO),
                        "slo must be above zero and at most a day: PT0S"),
                refusal(
                        () -> ConcurrencyLimiter.builder("a").slo(Duration.ofDays(2)),
                        "slo must be above zero and at most a day: PT48H"),
                refusal(
                        () -> ConcurrencyLimiter.builder("a").maxRoutes(10_001),
                        "maxRoutes must be between 1 and 10000: 10001"),
                refusal(
                        () -> ConcurrencyLimiter.builder("a").maxWaiters(-1),
                        "maxWaiters must be between 0 and 1048575: -1"),
                refusal(() -> FixedLimit.of(0), "limit must be between 1 and 1048575: 0"),
                refusal(() -> FixedLimit.of(1_048_576), "limit must be between 1 and 1048575: 1048576"),
                refusal(() -> AdaptiveLimit.builder().limits(0, 5), "min must be between 1 and 1048575: 0"),
                refusal(() -> AdaptiveLimit.builder().limits(6, 5), "max must not be below min: 5 < 6"),
                refusal(
                        () -> AdaptiveLimit.builder().limits(1, 1_048_576),
                        "max must be between 1 and 1048575: 1048576"),
                refusal(() -> AdaptiveLimit.builder().initialLimit(0), "initialLimit must be at least 1: 0"),
                refusal(
                        () -> AdaptiveLimit.builder().warmUp(Duration.ofMillis(-1), 0),
                        "warmUp duration must not be negative: PT-0.001S"),
                refusal(
                        () -> AdaptiveLimit.builder().warmUp(Duration.ZERO, -1),
                        "warmUp calls must not be negative: -1"),
                refusal(() -> AimdLimit.builder().limits(0, 5), "min must be between 1 and 1048575: 0"),
                refusal(() -> AimdLimit.builder().initialLimit(-3), "initialLimit must be at least 1: -3"),
                refusal(() -> AimdLimit.builder().backoff(0.4), "backoff must be at least 0.5 and below 1: 0.4"),
                refusal(() -> AimdLimit.builder().backoff(1), "backoff must be at least 0.5 and below 1: 1.0"),
                refusal(() -> AimdLimit.builder().backoff(Double.NaN), "backoff must be at least 0.5 and below 1: NaN"),
                refusal(() -> AimdLimit.builder().tolerance(-0.1), "tolerance must be at least 0 and below 1: -0.1"),
                refusal(() -> AimdLimit.builder().tolerance(1), "tolerance must be at least 0 and below 1: 1.0"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void nonsense_isRefusedWithItsValue(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void initialLimit_outsideTheBounds_isCut() {
        assertThat(AdaptiveLimit.builder().maxLimit(1).build().initialLimit())
                .as("the lower bound that was not set gives way, however many CPUs there are")
                .isEqualTo(1);
        assertThat(AdaptiveLimit.builder().limits(5, 10).initialLimit(1).build().initialLimit())
                .isEqualTo(5);
        assertThat(AimdLimit.builder().limits(5, 10).initialLimit(50).build().initialLimit())
                .isEqualTo(10);
    }

    @Test
    void build_again_isAnotherLimiterUntouchedByLaterChanges() {
        ConcurrencyLimiter.Builder builder = ConcurrencyLimiter.builder("a").algorithm(() -> FixedLimit.of(1));
        ConcurrencyLimiter first = builder.build();
        ConcurrencyLimiter second = builder.enforcement(Enforcement.SHADOW)
                .algorithm(() -> FixedLimit.of(2))
                .build();
        assertThat(first.enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(first.limit()).isEqualTo(1);
        assertThat(second.enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(second.limit()).isEqualTo(2);
        assertThat(first.name()).isEqualTo(second.name()).isEqualTo("a");
    }

    @Test
    void outcome_ofHttpStatus() {
        assertThat(Stream.of(200, 302, 404, 499).map(Outcome::ofHttpStatus)).containsOnly(Outcome.SUCCESS);
        assertThat(Stream.of(408, 429, 500, 501, 502).map(Outcome::ofHttpStatus))
                .containsOnly(Outcome.IGNORED);
        assertThat(Stream.of(503, 504).map(Outcome::ofHttpStatus)).containsOnly(Outcome.DROPPED);
    }

    @Test
    void stats_plusAndMinus_undoEachOther() {
        LimiterStats a = new LimiterStats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        LimiterStats b = new LimiterStats(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110);
        assertThat(b.minus(a).plus(a)).isEqualTo(b);
        assertThat(a.completed()).isEqualTo(6);
        assertThat(a.offered()).isEqualTo(11);
        assertThat(b.minus(a).refused(RejectionReason.DEADLINE)).isEqualTo(81);
        assertThat(b.minus(a).shadowed(RejectionReason.DEADLINE)).isEqualTo(90);
    }

    private static Arguments refusal(ThrowingCallable call, String message) {
        return Arguments.of(call, message);
    }
}
