/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Permit;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A service with a limit of 10 calls, time by hand and a drain. */
final class DrainedService {
    final ManualTicker ticker = new ManualTicker();
    final Heartbeat heartbeat;
    final Availability availability = Availability.create(InstantSource.system());
    final ConcurrencyLimiter limiter;
    final DrainCoordinator drain;
    final List<DrainPhase> phases = new CopyOnWriteArrayList<>();

    DrainedService() {
        this(builder -> {});
    }

    DrainedService(Consumer<DrainCoordinator.Builder> configure) {
        this(configure, Enforcement.ENFORCE, read -> {});
    }

    /** {@code afterRead} sees each reading of the limiter's clock: a place to step between two others. */
    DrainedService(Consumer<DrainCoordinator.Builder> configure, Enforcement enforcement, Consumer<Long> afterRead) {
        Ticker limiterTicker = () -> {
            long now = ticker.read();
            afterRead.accept(now);
            return now;
        };
        this.heartbeat = Heartbeat.create(ticker);
        this.limiter = ConcurrencyLimiter.builder("drained")
                .algorithm(() -> FixedLimit.of(10))
                .enforcement(enforcement)
                .cpuUtilization(() -> Double.NaN)
                .ticker(limiterTicker)
                .build();
        DrainCoordinator.Builder builder = DrainCoordinator.builder(availability, limiter, heartbeat);
        configure.accept(builder);
        this.drain = builder.build();
        drain.listen(phases::add);
        assertThat(availability.ready("arranged")).isTrue();
    }

    /** Lets time pass beat by beat. */
    void pass(Duration duration) {
        for (Duration left = duration; !left.isZero(); left = left.minus(Heartbeat.PERIOD)) {
            beat();
        }
    }

    void beat() {
        ticker.advance(Heartbeat.PERIOD);
        heartbeat.beat();
    }

    Permit begin() {
        return Objects.requireNonNull(limiter.tryAcquire(), "refused");
    }

    void call() {
        begin().success();
    }

    /** One call at the beginning of each interval; without beats if that is shorter than one. */
    void traffic(Duration duration, Duration interval) {
        for (Duration left = duration; !left.isNegative() && !left.isZero(); left = left.minus(interval)) {
            call();
            if (interval.compareTo(Heartbeat.PERIOD) < 0) {
                ticker.advance(interval);
            } else {
                pass(interval);
            }
        }
    }

    @CanIgnoreReturnValue
    CompletableFuture<DrainResult> drainAsync(Settling settling) {
        return drain.drainAsync("arranged", settling).toCompletableFuture();
    }

    /** Beats until {@code drained} is complete; returns how long that took by the ticker. */
    @CanIgnoreReturnValue
    Duration beatUntil(CompletableFuture<?> drained) {
        long begun = ticker.read();
        while (!drained.isDone()) {
            beat();
            assertThat(ticker.read() - begun).as("nanoseconds without an end").isLessThan(3_600_000_000_000L);
        }
        return Duration.ofNanos(ticker.read() - begun);
    }
}
