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
     * speaks after one horizon and a minute or so, on a wave whose period is long enough for that on its rising flank.
     * A shorter record takes chance for merit, as a random walk shows.
     *
     * On a quicker wave a minute of merit is over when it has been earned: the forecast would speak at each crest and never be
     * right. So there is a second record, of those forecasts that had the merit of the last minute and said that the load
     * would rise, again spoken or not, for half an hour or so: while these have been worse than persistence, it is silent.
     *
     * At most twice the load: autoscalers do not do more than double in one go, so more could not be acted upon.
     */
    private static final double LONG_SECONDS = 30;
    private static final double SHORT_SECONDS = 10;
    private static final int RECORD = 60;
    private static final double MOST = 2;
    private static final double MEMORY_SECONDS = 1_800;

    /** Only errors of less than so much of those of persistence are clearly better. */
    static final double BETTER = 0.8;

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
    private double raisingErrors;
    private double raisingPersistenceErrors;
    private Duration horizon;

    LoadForecaster(@Nullable Duration horizon) {
        this.given = horizon;
        this.horizon = horizon == null ? SYNC_PERIOD : horizon;
    }

    /** The service has begun to serve; it took {@code start} to get there. */
    void begin(Duration start) {
        clear();
        raisingErrors = 0;
        raisingPersistenceErrors = 0;
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
        double fade = Math.exp(-seconds / MEMORY_SECONDS);
        raisingErrors *= fade;
        raisingPersistenceErrors *= fade;
        score(nowNanos, load);
        double expected = expected(load);
        double error = recorded < RECORD ? Double.NaN : mean(errors);
        double persistenceError = recorded < RECORD ? Double.NaN : mean(persistenceErrors);
        boolean hasMerit = error < BETTER * persistenceError;
        if (!Double.isNaN(expected)) {
            pending.add(new Made(nowNanos + horizon.toNanos(), expected, load, hasMerit && expected > load));
        }
        boolean speaks = hasMerit && raisingErrors <= raisingPersistenceErrors;
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
                if (made.raises) {
                    raisingErrors += errors[at];
                    raisingPersistenceErrors += persistenceErrors[at];
                }
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

    /** A forecast whose time has not come; {@code raises} if by its record alone it would have asked for more. */
    private record Made(long dueNanos, double expected, double load, boolean raises) {}
}
