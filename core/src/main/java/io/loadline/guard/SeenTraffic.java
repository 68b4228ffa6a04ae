/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the calls of one guard looked like of late, and ordinarily. Thread-safe. */
final class SeenTraffic {
    /*
     * Counts only grow. Every ten seconds they are read; "of late" is since the reading before the last, so 10 to 20 s.
     *
     * What is ordinary is the median over the windows in which anything happened: an incident of some minutes in an hour
     * does not move it, whereas a mean would make thresholds from the very thing they are to notice.
     */
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final int MINIMUM_CALLS = 1_000;

    private static final int WINDOWS = 64;

    /** Calls of a window that make it count. */
    private static final int CALLS_OF_WINDOW = 20;

    private static final double P99 = 0.99;
    private static final double SLOW_FACTOR = 3;
    private static final double FAILURE_FACTOR = 4;
    private static final double LEAST_FAILURE_RATE = 0.2;
    private static final double MOST_FAILURE_RATE = 0.9;

    private final GuardCounts counts;

    @GuardedBy("this")
    private Reading before;

    @GuardedBy("this")
    private Reading last;

    @GuardedBy("this")
    private final long[] p99Nanos = new long[WINDOWS];

    @GuardedBy("this")
    private final double[] failureRates = new double[WINDOWS];

    @GuardedBy("this")
    private final long[] calls = new long[WINDOWS];

    /** Windows that counted so far. */
    @GuardedBy("this")
    private int seen;

    /** What 99 of 100 calls took of late, written by the beat; 0 if too few were seen. */
    private volatile long recentP99Nanos;

    SeenTraffic(GuardCounts counts, long nowNanos) {
        this.counts = counts;
        this.before = Reading.of(counts, nowNanos);
        this.last = before;
    }

    synchronized void beat(long nowNanos) {
        if (nowNanos - last.nanos < WINDOW_NANOS) {
            return;
        }
        Reading now = Reading.of(counts, nowNanos);
        long succeeded = Durations.total(last.successes, now.successes);
        long bad = now.bad - last.bad;
        if (succeeded + bad >= CALLS_OF_WINDOW) {
            int place = seen++ % WINDOWS;
            p99Nanos[place] = Durations.quantileNanos(last.successes, now.successes, P99);
            failureRates[place] = Math.max(0, (double) bad / (succeeded + bad));
            calls[place] = succeeded + bad;
        }
        if (succeeded >= 5 * CALLS_OF_WINDOW) {
            recentP99Nanos = Durations.quantileNanos(last.successes, now.successes, P99);
        }
        before = last;
        last = now;
    }

    long recentP99Nanos() {
        return recentP99Nanos;
    }

    synchronized Duration p99() {
        return Duration.ofNanos(Durations.quantileNanos(before.successes, counts.successes.counts(), P99));
    }

    synchronized Duration mean() {
        long ended = counts.ended() - before.ended;
        return ended <= 0
                ? Duration.ZERO
                : Duration.ofNanos(Math.max(0, counts.waitedNanos.sum() - before.waitedNanos) / ended);
    }

    synchronized Optional<GuardSuggestions> suggestions() {
        int windows = Math.min(seen, WINDOWS);
        long total = Arrays.stream(calls).sum();
        if (total < MINIMUM_CALLS) {
            return Optional.empty();
        }
        long[] durations = Arrays.copyOf(p99Nanos, windows);
        double[] rates = Arrays.copyOf(failureRates, windows);
        Arrays.sort(durations);
        Arrays.sort(rates);
        long p99 = durations[windows / 2];
        double rate = rates[windows / 2];
        double suggested = Math.max(LEAST_FAILURE_RATE, Math.min(MOST_FAILURE_RATE, FAILURE_FACTOR * rate));
        return Optional.of(new GuardSuggestions(
                roundedUp((long) (SLOW_FACTOR * p99)), suggested, Duration.ofNanos(p99), rate, total));
    }

    /** To whole milliseconds, and to two digits: the rest was chance. */
    private static Duration roundedUp(long nanos) {
        long millis = Math.max(1, (nanos + 999_999) / 1_000_000);
        long unit = 1;
        while (millis / unit >= 100) {
            unit *= 10;
        }
        return Duration.ofMillis((millis + unit - 1) / unit * unit);
    }

    private record Reading(long nanos, long[] successes, long bad, long ended, long waitedNanos) {
        static Reading of(GuardCounts counts, long nanos) {
            return new Reading(
                    nanos,
                    counts.successes.counts(),
                    counts.failed.sum() + counts.timedOut.sum(),
                    counts.ended(),
                    counts.waitedNanos.sum());
        }
    }
}
