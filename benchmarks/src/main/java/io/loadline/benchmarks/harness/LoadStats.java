/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * Counts and latencies of a stretch of load. Not thread-safe, and no longer written to once handed out.
 *
 * <p>Latency runs from the time a request was scheduled, not from when it was sent: a
 * generator or a server that falls behind shows in it (no coordinated omission).
 */
public final class LoadStats {
    private final long[] counts = new long[Outcome.values().length];
    private final Histogram latencyMicros = new Histogram(3);
    private final Histogram admittedMicros = new Histogram(3);
    private final Histogram lagMicros = new Histogram(3);
    private long offered;
    private long retried;
    private long elapsedNanos;

    void offered(long lagNanos) {
        offered++;
        lagMicros.recordValue(Math.max(0, lagNanos / 1_000));
    }

    void sentAgain() {
        retried++;
    }

    void ended(Outcome outcome, long latencyNanos) {
        counts[outcome.ordinal()]++;
        if (outcome == Outcome.OK) {
            latencyMicros.recordValue(Math.max(0, latencyNanos / 1_000));
        }
        if (outcome == Outcome.OK || outcome == Outcome.TIMEOUT) {
            admittedMicros.recordValue(Math.max(0, latencyNanos / 1_000));
        }
    }

    void elapsed(long nanos) {
        elapsedNanos = nanos;
    }

    /** Adds up two stretches that followed each other. */
    public LoadStats plus(LoadStats later) {
        LoadStats sum = new LoadStats();
        for (LoadStats part : new LoadStats[] {this, later}) {
            for (int i = 0; i < counts.length; i++) {
                sum.counts[i] += part.counts[i];
            }
            sum.latencyMicros.add(part.latencyMicros);
            sum.admittedMicros.add(part.admittedMicros);
            sum.lagMicros.add(part.lagMicros);
            sum.offered += part.offered;
            sum.retried += part.retried;
            sum.elapsedNanos += part.elapsedNanos;
        }
        return sum;
    }

    /** Requests whose time had come. */
    public long offered() {
        return offered;
    }

    /** How often requests were sent again; an outcome is that of the last attempt, a latency includes all before. */
    public long retried() {
        return retried;
    }

    public long count(Outcome outcome) {
        return counts[outcome.ordinal()];
    }

    /** Good answers that came within a time. */
    public long goodWithin(Duration time) {
        return latencyMicros.getCountBetweenValues(0, time.toNanos() / 1_000);
    }

    /** Requests that ended, in whatever way. */
    public long ended() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    /** Requests without a complete answer of the handler or a deliberate refusal. */
    public long lost() {
        return ended() - count(Outcome.OK) - count(Outcome.SHED);
    }

    /** How long requests were offered. */
    public Duration elapsed() {
        return Duration.ofNanos(elapsedNanos);
    }

    /** Good answers a second. */
    public double goodputPerSecond() {
        return perSecond(count(Outcome.OK));
    }

    /** A count of this stretch as a rate; 0 for an empty stretch. */
    public double perSecond(long count) {
        return elapsedNanos == 0 ? 0 : count * 1e9 / elapsedNanos;
    }

    /** Milliseconds within which {@code percentile} (0..100) of the good answers came; 0 without any. */
    public double latencyMillis(double percentile) {
        return latencyMicros.getValueAtPercentile(percentile) / 1e3;
    }

    /**
     * Milliseconds within which {@code percentile} (0..100) of the requests that were neither refused nor broken were
     * answered, or given up by the client; 0 without any.
     */
    public double admittedMillis(double percentile) {
        return admittedMicros.getValueAtPercentile(percentile) / 1e3;
    }

    /** Milliseconds by which the generator itself was late for {@code percentile} (0..100) of the requests. */
    public double lagMillis(double percentile) {
        return lagMicros.getValueAtPercentile(percentile) / 1e3;
    }
}
