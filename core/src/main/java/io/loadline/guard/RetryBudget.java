/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.time.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Allows retries up to a share of the first calls of the last ten seconds, so that they help with single failures and add next
 * to nothing to an overload. Thread-safe.
 *
 * <p>May be shared by the guards of several dependencies; each adds its calls by itself.
 */
public final class RetryBudget {
    /*
     * Requests are counted in an adder. At the turn of each second its reading is put into a ring, so that the requests of
     * the window are the difference of two readings; that is done by the first request or retry of the second, and what
     * lies further back is skipped. Retries, which are rare, are counted under the monitor.
     *
     * A retry that is made is counted as a request by its guard, so the retries are taken off again: the share is of first
     * calls, and with a ratio of 0.1 the dependency sees about 1.1 times of them at most. One that still pauses is taken
     * off before it was added, which errs on the safe side; if it is made in a later second than it was allowed in, it
     * counts as a first call after that one has left the window, for as long as it paused.
     */
    static final int SECONDS = 10;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final double ratio;
    private final double minPerSecond;
    private final Ticker ticker;
    private final LongAdder requests = new LongAdder();

    /** When the next reading is due, as a reading of the ticker; written under the monitor, read by each request. */
    private volatile long turnNanos;

    /** The requests counted at the beginning of each of the last seconds. */
    @GuardedBy("this")
    private final long[] requestsBefore = new long[SECONDS];

    @GuardedBy("this")
    private final int[] retries = new int[SECONDS];

    /** The present second's place in the ring. */
    @GuardedBy("this")
    private int place;

    private final LongAdder allowed = new LongAdder();
    private final LongAdder denied = new LongAdder();

    private RetryBudget(Builder builder) {
        this.ratio = builder.ratio;
        this.minPerSecond = builder.minPerSecond;
        this.ticker = builder.ticker;
        this.turnNanos = ticker.read() + SECOND_NANOS;
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** A budget of one retry for ten first calls, at least one per second. */
    public static RetryBudget ofDefaults() {
        return builder().build();
    }

    /** Adds a request: guards that have this budget do. */
    public void request() {
        request(ticker.read());
    }

    void request(long nowNanos) {
        if (nowNanos - turnNanos >= 0) {
            turn(nowNanos);
        }
        requests.increment();
    }

    /** Takes one retry out of the budget; false if there is none left, and the failure is to be passed on. */
    public boolean tryRetry() {
        long now = ticker.read();
        synchronized (this) {
            if (now - turnNanos >= 0) {
                turn(now);
            }
            int used = 0;
            for (int each : retries) {
                used += each;
            }
            // The oldest reading in the ring is that of the beginning of the window.
            long offered = requests.sum() - requestsBefore[(place + 1) % SECONDS];
            if (used + 1 > Math.max(ratio * (offered - used), minPerSecond * SECONDS)) {
                denied.increment();
                return false;
            }
            retries[place]++;
            allowed.increment();
            return true;
        }
    }

    /** Retries allowed so far. */
    public long allowed() {
        return allowed.sum();
    }

    /** Retries denied so far. */
    public long denied() {
        return denied.sum();
    }

    private synchronized void turn(long nowNanos) {
        long late = nowNanos - turnNanos;
        if (late < 0) {
            return;
        }
        long passed = late / SECOND_NANOS + 1;
        long counted = requests.sum();
        for (long i = 0; i < Math.min(passed, SECONDS); i++) {
            place = (place + 1) % SECONDS;
            requestsBefore[place] = counted;
            retries[place] = 0;
        }
        turnNanos += passed * SECOND_NANOS;
    }

    /** Builds budgets. Not thread-safe. */
    public static final class Builder {
        private double ratio = 0.1;
        private double minPerSecond = 1;
        private Ticker ticker = Ticker.system();

        private Builder() {}

        /**
         * Sets how many retries there may be for each first call. Default: 0.1.
         *
         * @throws IllegalArgumentException unless it is between 0 and 1
         */
        @CanIgnoreReturnValue
        public Builder ratio(double ratio) {
            checkArgument(ratio >= 0 && ratio <= 1, "ratio must be between 0 and 1: %s", ratio);
            this.ratio = ratio;
            return this;
        }

        /**
         * Sets how many retries per second there may be in any case, on average over ten seconds: where there is little
         * traffic, they do no harm. Default: 1.
         *
         * @throws IllegalArgumentException unless it is between 0 and 1000
         */
        @CanIgnoreReturnValue
        public Builder minPerSecond(double retries) {
            checkArgument(retries >= 0 && retries <= 1_000, "minPerSecond must be between 0 and 1000: %s", retries);
            this.minPerSecond = retries;
            return this;
        }

        /** Sets where time is read, the same as that of its guards. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** A new budget, with nothing used. */
        public RetryBudget build() {
            return new RetryBudget(this);
        }
    }
}
