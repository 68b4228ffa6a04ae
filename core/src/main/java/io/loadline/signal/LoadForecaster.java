/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Forecasts the load by its trend, and keeps the record of that. Not thread-safe; guarded by the signal's lock. */
final class LoadForecaster {
    /*
     * forecast = load + slope x horizon, where the slope is that of the last half minute, or of the last ten seconds if that is
     * less steep: beyond a crest the long one still points up.
     *
     * It begins with the present load, not with the level of the line: so it differs from persistence by nothing but the trend,
     * and what it is better by is the trend's merit. A smoothed level would beat persistence on mere noise.
     *
     * Each forecast is looked at when its time has come, spoken or not. It speaks only while the mean error of the last minute's
     * is below 0.8 of that of persistence. On noise and after steps a trend errs more than persistence; on a ramp the forecast
     * speaks after one horizon and a minute or so, on a wave whose period is more than about ten horizons on its rising flank.
     * A shorter record takes chance for merit, as a random walk shows.
     *
     * At most twice the load: autoscalers do not do more than double in one go, so more could not be acted upon.
     */
    private static final double LONG_SECONDS = 30;
    private static final double SHORT_SECONDS = 10;
    private static final int RECORD = 60;
    private static final double BETTER = 0.8;
    private static final double MOST = 2;

    /** One whose time came in a gap says nothing. */
    private static final long LATE_NANOS = 2_000_000_000L;

    /** The period in which an autoscaler looks, as that of Kubernetes does. */
    private static final Duration SYNC_PERIOD = Duration.ofSeconds(15);

    static final Duration SHORTEST = Duration.ofSeconds(5);
    static final Duration LONGEST = Duration.ofMinutes(10);

    /** Null if it is to be measured. */
    private final @Nullable Duration given;

    private final Trend slope = new Trend(LONG_SECONDS);
    private final Trend recentSlope = new Trend(SHORT_SECONDS);
    private final Deque<Made> pending = new ArrayDeque<>();
    private final double[] errors = new double[RECORD];
    private final double[] persistenceErrors = new double[RECORD];
    private int recorded;
    private Duration horizon;

    LoadForecaster(@Nullable Duration horizon) {
        this.given = horizon;
        this.horizon = horizon == null ? SYNC_PERIOD : horizon;
    }

    /** The service has begun to serve; it took {@code start} to get there. */
    void begin(Duration start) {
        clear();
        if (given == null) {
            Duration wanted = start.plus(SYNC_PERIOD);
            horizon = wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
        }
    }

    /** Nothing of which is known. */
    Forecast silent() {
        return new Forecast(horizon, Double.NaN, Double.NaN, Double.NaN);
    }

    /** Takes the load of now, NaN if it is not valid; {@code seconds} since the last. */
    Forecast tick(long nowNanos, double seconds, double load) {
        if (Double.isNaN(load)) {
            clear();
            return silent();
        }
        slope.add(load, seconds);
        recentSlope.add(load, seconds);
        score(nowNanos, load);
        double expected = expected(load);
        if (!Double.isNaN(expected)) {
            pending.add(new Made(nowNanos + horizon.toNanos(), expected, load));
        }
        if (recorded < RECORD) {
            return silent();
        }
        double error = mean(errors);
        double persistenceError = mean(persistenceErrors);
        boolean speaks = error < BETTER * persistenceError;
        return new Forecast(horizon, speaks ? expected : Double.NaN, error, persistenceError);
    }

    /** So many seconds went by of which nothing is known. */
    void skip(double seconds) {
        slope.skip(seconds);
        recentSlope.skip(seconds);
    }

    private void clear() {
        slope.clear();
        recentSlope.clear();
        pending.clear();
        recorded = 0;
    }

    private double expected(double load) {
        double perSecond = slope.perSecond();
        if (perSecond > 0) {
            perSecond = Math.min(perSecond, recentSlope.perSecond());
        }
        double expected = load + perSecond * horizon.toNanos() / 1e9;
        return Double.isNaN(expected) ? Double.NaN : Math.max(0, Math.min(MOST * load, expected));
    }

    private void score(long nowNanos, double load) {
        while (!pending.isEmpty() && nowNanos - pending.getFirst().dueNanos >= 0) {
            Made made = pending.removeFirst();
            if (nowNanos - made.dueNanos < LATE_NANOS) {
                // The record grows to its size, and from then on goes round.
                int at = recorded % RECORD;
                errors[at] = Math.abs(load - made.expected);
                persistenceErrors[at] = Math.abs(load - made.load);
                recorded = recorded + 1 == 2 * RECORD ? RECORD : recorded + 1;
            }
        }
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double each : values) {
            sum += each;
        }
        return sum / values.length;
    }

    /** A forecast whose time has not come. */
    private record Made(long dueNanos, double expected, double load) {}
}
