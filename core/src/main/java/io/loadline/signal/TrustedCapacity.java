/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.Arrays;

/**
 * The capacity that loads are measured against: what the service sustained when it was saturated. Not thread-safe;
 * confined to the tick.
 */
final class TrustedCapacity {
    /*
     * An observation is the work done per second during SPAN saturated ticks in a row, in calls kept in flight. The
     * capacity is the 90th percentile of the observations of the last half hour: one bad moment does not lower it, nor
     * does one burst that ended a stall raise it. Two observations in a row well above it are no burst; the older ones
     * are then of another world and are forgotten.
     *
     * The first one counts at once only if a local resource was as good as used up, otherwise when a second follows in a row: a
     * limiter that meets a dependency which has become slow refuses calls for a few seconds, until it knows that less of
     * them do not help.
     *
     * An observation may be too low by nature: a limit that was still growing binds without any congestion. Work above it
     * that the service does without being saturated refutes it.
     *
     * Lower observations count only if a local resource was as good as used up. Otherwise a slow dependency, which
     * makes the service do less with idle CPUs, would lower the capacity, raise the load, call for more instances and
     * slow the dependency further (concurrency-limits issue 171); so without such a resource the capacity stays, however
     * old it is. If the resource stays used up at a level well below
     * the capacity for RELEARN_DOWN observations in a row, the older ones are forgotten in the same way: the machine may
     * have become slower. Of a CPU quota that changes CapacityCpus knows at once.
     */
    private static final int SPAN = 3;
    private static final int OBSERVATIONS = 600;
    private static final long MEMORY_NANOS = 30L * 60 * 1_000_000_000;
    private static final double PERCENTILE = 0.9;
    private static final double WELL_BELOW = 0.8;
    private static final double WELL_ABOVE = 1.25;
    private static final double REFUTED = 1.1;
    private static final int RELEARN_DOWN = 5;
    private static final int RELEARN_UP = 2;

    private final int span;
    private final double[] values = new double[OBSERVATIONS];
    private final long[] nanos = new long[OBSERVATIONS];
    private int size;
    private int next;

    private double spanSum;
    private int spanTicks;
    private int lowInARow;
    private int highInARow;
    private boolean followsFirst;
    private int refuted;
    private double capacity = Double.NaN;

    TrustedCapacity() {
        this(SPAN);
    }

    /** One whose observations are {@code span} ticks long. */
    TrustedCapacity(int span) {
        this.span = span;
    }

    /** The capacity, in the unit of the work; NaN until the first observation. */
    double calls() {
        return capacity;
    }

    /**
     * Takes one tick.
     *
     * @param work completed work, in calls kept in flight or in messages per second
     * @param saturated whether the service had as much as it could do
     * @param localLimit whether a local resource was as good as used up
     */
    void tick(double work, boolean saturated, boolean localLimit, long nowNanos) {
        if (!saturated) {
            interrupt();
            followsFirst = false;
            refuted = work > REFUTED * capacity ? refuted + 1 : 0;
            if (refuted >= SPAN) {
                forget();
                capacity = Double.NaN;
            }
            return;
        }
        refuted = 0;
        spanSum += work;
        if (++spanTicks < span) {
            return;
        }
        double observed = spanSum / spanTicks;
        interrupt();
        if (observed <= 0) {
            return;
        }
        if (Double.isNaN(capacity) && !localLimit && !followsFirst) {
            followsFirst = true;
            return;
        }
        highInARow = observed > WELL_ABOVE * capacity ? highInARow + 1 : 0;
        if (capacity > observed && !localLimit) {
            return;
        }
        lowInARow = observed < WELL_BELOW * capacity ? lowInARow + 1 : 0;
        if (lowInARow >= RELEARN_DOWN || highInARow >= RELEARN_UP) {
            forget();
        }
        add(observed, nowNanos);
        capacity = percentile(nowNanos);
    }

    /** From now on work is counted in a measure in which what was seen is {@code factor} of what it was. */
    void rescale(double factor) {
        if (factor == 1) {
            return;
        }
        for (int i = 0; i < size; i++) {
            values[i] *= factor;
        }
        spanSum *= factor;
        capacity *= factor;
    }

    /** From now on the service can do {@code factor} of what it could, until that is observed: what was seen is of another world. */
    void resize(double factor) {
        if (factor == 1) {
            return;
        }
        interrupt();
        forget();
        capacity *= factor;
    }

    /** The ticks so far and those to come are not in a row. */
    void interrupt() {
        spanTicks = 0;
        spanSum = 0;
    }

    private void forget() {
        size = 0;
        next = 0;
        lowInARow = 0;
        highInARow = 0;
        refuted = 0;
    }

    private void add(double value, long nowNanos) {
        values[next] = value;
        nanos[next] = nowNanos;
        next = (next + 1) % OBSERVATIONS;
        size = Math.min(OBSERVATIONS, size + 1);
    }

    private double percentile(long nowNanos) {
        double[] recent = new double[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (nowNanos - nanos[i] <= MEMORY_NANOS) {
                recent[count++] = values[i];
            }
        }
        Arrays.sort(recent, 0, count);
        return recent[Math.min(count - 1, (int) (count * PERCENTILE))];
    }
}
