/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.limit.LoadModel.Call;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a limiter makes of the time that calls have waited for others, where that is taken down. */
class WaitingForOthersTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test")
            .ticker(ticker)
            .algorithm(() -> FixedLimit.of(10))
            .build();
    private final Route route = limiter.route("orders");

    /** Ten servers of 20 ms and a dependency of 20 ms, which takes 20 times as long from 20 s to 50 s. */
    private static LoadModel slowDependency(double share) {
        DoubleUnaryOperator millis = t -> t >= 20 && t < 50 ? 400 : 20;
        return LoadModel.tenTimesTwentyMillis(70, t -> 500 * share)
                .withMix((t, random) -> Call.of(20, 0.2, random).io(millis.applyAsDouble(t), 0.2, random), t -> 500);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void dependencyThatSlowsDown_isNoCongestion(long seed) {
        Simulation told = Simulation.runTimed(slowDependency(0.7), seed);
        Simulation untold = Simulation.run(slowDependency(0.7), seed);
        assertThat(told.shed(10, 20)).isLessThan(0.005);
        assertThat(told.shed(20, 25)).isLessThan(0.6 * untold.shed(20, 25));
        assertThat(told.shed(25, 50)).isLessThan(0.01);
        assertThat(told.shed(51, 70)).isLessThan(0.01);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void overloadWhileADependencyIsSlow_isCongestion(long seed) {
        Simulation run = Simulation.runTimed(
                LoadModel.tenTimesTwentyMillis(80, t -> t >= 40 && t < 70 ? 1500 : 300)
                        .withMix((t, random) -> Call.of(20, 0.2, random).io(t >= 20 ? 200 : 20, 0.2, random), t -> 500),
                seed);
        assertThat(run.goodput(45, 70)).isGreaterThan(0.95);
        assertThat(run.p99Millis(45, 70)).isLessThan(600);
        assertThat(run.shed(72, 80)).isLessThan(0.01);
    }

    @Test
    void call_thatADependencyHasFailed_isNotDropped() {
        CallContext context = CallContext.NONE.timing(limiter.beginTiming());
        assertThatThrownBy(() -> limiter.call(route, context, () -> {
                    CallContext.current().timing().downstreamFailed();
                    throw new TimeoutException();
                }))
                .isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> limiter.call(route, CallContext.NONE.timing(limiter.beginTiming()), () -> {
                    throw new TimeoutException();
                }))
                .isInstanceOf(TimeoutException.class);
        assertThat(limiter.stats(route).ignored()).isOne();
        assertThat(limiter.stats(route).dropped()).isOne();
    }

    @Test
    void callAsync_thatADependencyHasFailed_isNotDropped() {
        CallContext context = CallContext.NONE.timing(limiter.beginTiming());
        context.timing().downstreamFailed();
        CompletableFuture<String> answer = new CompletableFuture<>();
        Object unused = limiter.callAsync(route, context, () -> answer);
        answer.completeExceptionally(new TimeoutException());
        assertThat(limiter.stats(route).ignored()).isOne();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void waits_areMeasuredByTheLimitersTicker() {
        RequestTiming timing = limiter.beginTiming();
        ticker.advance(Duration.ofMillis(5));
        assertThat(timing.waitBegins(ticker.read())).isTrue();
        ticker.advance(Duration.ofMillis(7));
        assertThat(timing.waitedNanos(ticker.read()))
                .isEqualTo(Duration.ofMillis(7).toNanos());
    }
}
