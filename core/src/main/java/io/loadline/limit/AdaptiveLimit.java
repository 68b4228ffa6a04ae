/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;
import static io.loadline.limit.Constant.ADDITIVE;
import static io.loadline.limit.Constant.BURST;
import static io.loadline.limit.Constant.CUT_SHARE;
import static io.loadline.limit.Constant.FLOOR;
import static io.loadline.limit.Constant.IDLE;
import static io.loadline.limit.Constant.IDLE_STEP;
import static io.loadline.limit.Constant.NOISE;
import static io.loadline.limit.Constant.PEAK_DECAY;
import static io.loadline.limit.Constant.QUEUE;
import static io.loadline.limit.Constant.SLOW_START;
import static io.loadline.limit.Constant.STRETCH;
import static io.loadline.limit.Constant.STRONGEST_CUT;
import static io.loadline.limit.Constant.WAIT;
import static io.loadline.limit.Constant.WARM_CALLS;
import static io.loadline.limit.Constant.WINDOW;
import static io.loadline.limit.Constant.WINDOW_CALLS;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds the limit from how much longer calls take than without congestion, and checks that cuts of it cure that. Not
 * thread-safe; confined to its limiter.
 */
public final class AdaptiveLimit implements LimitAlgorithm {
    /*
     * Stretch: z = sum of latencies / sum of their routes' baselines. The service is congested if z exceeds what chance
     * explains, 1.5 standard errors, and what a useful queue explains. Calls arrive and take as long as chance has it, so
     * servers that are never to idle need a few calls that wait, in the order of the square root of the calls in service
     * (square-root staffing [1]): with a limit of 16 latency may double, with 256 it may grow by a quarter. But nobody
     * is served by a queue of more than a tenth of a second.
     *
     * Cut: while congested, L *= max(0.55, 1 / (1 + (z - threshold) / 2)), but not below what the present throughput needs
     * without a queue, by Little's law [2]. While the limit is enforced that hardly matters; in shadow mode, where cuts
     * change nothing, the limit would otherwise fall as far as it can.
     *
     * Verify: latency also rises without a queue of ours, for example when a dependency slows down. Cuts would then go
     * on and cure nothing. So they must pay: if calls in flight have fallen to 0.6 of what they were and latency has
     * not followed, there was no queue, see CutTrial. The latencies seen become the baselines, L goes at once to what
     * the usual throughput needs at these latencies by Little's law [2], and growth starts anew.
     *
     * Waits for others, where they are taken down (RequestTiming), are told and not judged by. Without what is more than
     * usual of them a dependency that slows down would need no trial; but one that slows down because of us would not look like
     * congestion either, and the limit would grow for as long as it gets slower.
     *
     * Grow: not congested but at the limit: x 1.5 until the first congestion, as in TCP's slow start [3], then additively.
     *
     * Decay: a limit that is not reached falls towards four times what was in use, so that a flood does not find a limit
     * of a thousand; and it rises towards twice that, or it would shed the burst after a pause of the collector and the
     * chance meeting of long calls. Congestion while it is not reached does not cut it below what was in use.
     *
     * Failures: if more than 2 % of the calls have failed at the limit, it is cut by their share, see FailureCuts.
     *
     * Warm-up: until enough calls have been seen nothing is refused, or each deploy would begin with refusals. It ends
     * after a number of calls or a time, whichever is first, and at once when more calls than
     * the limit are congested. An overload that meets a cold instance would otherwise build up a queue in which every call is too
     * late, for longer than the warm-up itself lasts.
     *
     * What each constant is worth: docs/limiter.md.
     *
     * [1] S. Halfin, W. Whitt, Heavy-Traffic Limits for Queues with Many Exponential Servers, 1981
     * [2] J. Little, A Proof for the Queuing Formula L = λW, 1961
     * [3] V. Jacobson, Congestion Avoidance and Control, 1988
     */
    private static final double TOLD_WAITS = 0.5;

    private final Tuning tuning;
    private final int wantedInitial;
    private final long warmUpNanos;
    private final int warmUpCalls;
    private final CutTrial latencyCuts;
    private final FailureCuts failureCuts;

    private LimitBounds bounds;
    private double limit;
    private boolean slowStart = true;
    private double recentPeak;
    private double usualThroughput;

    private boolean warm;
    private long seenNanos;
    private long seenCalls;

    private AdaptiveLimit(Builder builder) {
        this.tuning = builder.tuning;
        this.bounds = new LimitBounds(builder.lowest(), builder.highest());
        this.wantedInitial = builder.initial;
        this.warmUpNanos = builder.warmUpNanos;
        this.warmUpCalls = builder.warmUpCalls;
        this.latencyCuts = new CutTrial(tuning);
        this.failureCuts = new FailureCuts(tuning);
        this.limit = initialLimit();
        this.warm = warmUpNanos == 0;
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public int initialLimit() {
        return bounds.clamp(wantedInitial);
    }

    @Override
    public LimitBounds bounds() {
        return bounds;
    }

    @Override
    public AdaptiveLimit bounds(LimitBounds changed) {
        bounds = changed;
        limit = changed.clamp(limit);
        return this;
    }

    @Override
    public boolean isWarm() {
        return warm;
    }

    @Override
    public boolean isComplete(LimitWindow window) {
        if (window.durationNanos() >= LimitWindow.MAX_NANOS) {
            return true;
        }
        long calls = window.samples() + window.dropped();
        if (!warm) {
            // Nothing is refused yet, so a queue that builds up must be seen soon.
            return window.durationNanos() >= tuning.of(WINDOW) * 1e9 && calls >= tuning.of(WINDOW_CALLS) / 2;
        }
        // A window shorter than its calls tells of those admitted before the last decision.
        return window.durationNanos() >= Math.max(tuning.of(WINDOW) * 1e9, window.meanRttNanos())
                && calls >= tuning.of(WINDOW_CALLS);
    }

    @Override
    public LimitDecision decide(LimitWindow window) {
        double threshold = threshold(window);
        warmUp(window, threshold);
        recentPeak = Math.max(window.peakInFlight(), recentPeak * tuning.of(PEAK_DECAY));

        double failing = failureCuts.share(window);
        if (failing > 0) {
            slowStart = false;
            double cut = Math.max(tuning.of(STRONGEST_CUT), 1 - failing);
            return moveTo(limit * cut, "failures: " + window.dropped() + " of " + window.completed() + " calls");
        }
        if (failureCuts.wereInVain()) {
            return moveTo(Math.max(limit, failureCuts.enoughForTheRest()), "failures do not follow the limit");
        }
        if (window.stretch() > threshold) {
            return congested(window, threshold);
        }
        latencyCuts.end();
        usualThroughput = window.throughput();
        if (window.binding()) {
            return grow(window);
        }
        double idle = Math.max(initialLimit(), tuning.of(IDLE) * recentPeak);
        if (limit > idle) {
            return drift(idle, "not reached: at most " + window.peakInFlight() + " in flight");
        }
        double burst = tuning.of(BURST) * recentPeak;
        if (limit < burst) {
            return drift(burst, "room for twice what is in use");
        }
        return moveTo(limit, "steady");
    }

    private double threshold(LimitWindow window) {
        double useful = tuning.of(QUEUE) / Math.sqrt(window.limit());
        double bearable = tuning.of(WAIT) * 1e9 / Math.max(1, window.meanBaselineNanos());
        double queue = Math.max(tuning.of(STRETCH), Math.min(useful, bearable));
        return 1 + Math.max(queue, tuning.of(NOISE) * window.stretchError());
    }

    private LimitDecision congested(LimitWindow window, double threshold) {
        if (cutsAreInVain(window)) {
            slowStart = true;
            double usual = usualThroughput * window.meanRttNanos() / 1e9;
            double enough = Math.max(usual, Math.max(limit, latencyCuts.inFlightBefore()));
            LimitDecision decision =
                    moveTo(enough, "cuts do not lower latency: not a queue, calls take longer" + waits(window));
            return new LimitDecision(decision.limit(), decision.reason(), true);
        }
        slowStart = false;
        double excess = window.stretch() - threshold;
        double cut = Math.max(tuning.of(STRONGEST_CUT), 1 / (1 + tuning.of(CUT_SHARE) * excess));
        double floor = tuning.of(FLOOR) * window.throughput() * window.meanBaselineNanos() / 1e9;
        if (!window.binding()) {
            // It was not the limit that let too many in: one below what was in use would shed for a bad moment.
            floor = Math.max(floor, recentPeak);
        }
        double next = Math.max(limit * cut, floor);
        String reason = "congested: latency is " + hundredths(window.stretch()) + " x its baseline" + waits(window);
        return moveTo(Math.min(limit, next), reason);
    }

    /** Where to look: what of the latency is known to be others'. */
    private static String waits(LimitWindow window) {
        double share = window.waitedShare();
        return share < TOLD_WAITS ? "" : ", " + Math.round(100 * share) + " % of it waiting for dependencies";
    }

    /** By {@code String.format}, or as a {@code double}, it would cost more than all else here, ten times a second. */
    private static String hundredths(double value) {
        long hundredths = Math.round(100 * value);
        return hundredths / 100 + (hundredths % 100 < 10 ? ".0" : ".") + hundredths % 100;
    }

    private boolean cutsAreInVain(LimitWindow window) {
        if (!window.binding()) {
            latencyCuts.end();
            return false;
        }
        // Calls that were admitted before the last cut, or in a flood before there was a limit, tell nothing of it.
        return window.durationNanos() >= Math.min(window.meanRttNanos(), LimitWindow.MAX_NANOS)
                && window.peakInFlight() * tuning.of(STRONGEST_CUT) <= window.limit() + 1
                && latencyCuts.inVain(window.stretch(), window.stretchError(), window.peakInFlight());
    }

    private LimitDecision grow(LimitWindow window) {
        if (window.throughput() == 0) {
            return moveTo(limit, "reached, but nothing has succeeded");
        }
        double next =
                slowStart ? limit * tuning.of(SLOW_START) : limit + Math.max(1, tuning.of(ADDITIVE) * Math.sqrt(limit));
        if (!warm && window.judgedSamples() > 0) {
            // Nothing was refused, so more calls than the limit have shown that they fit.
            next = Math.max(next, window.peakInFlight());
        }
        return moveTo(next, "reached without congestion");
    }

    private LimitDecision drift(double target, String reason) {
        return moveTo(limit + (target - limit) * tuning.of(IDLE_STEP), reason);
    }

    private LimitDecision moveTo(double next, String reason) {
        limit = bounds.clamp(next);
        return LimitDecision.of((int) Math.round(limit), reason);
    }

    private void warmUp(LimitWindow window, double threshold) {
        if (warm || seenCalls + window.completed() == 0) {
            return;
        }
        if (window.binding() && window.stretch() > threshold) {
            warm = true;
            return;
        }
        seenNanos += window.durationNanos();
        seenCalls += window.completed();
        warm = (seenNanos >= warmUpNanos || seenCalls >= warmUpCalls) && seenCalls >= tuning.of(WARM_CALLS);
    }

    /** Builds adaptive limits. Not thread-safe; may be reused. */
    public static final class Builder {
        /** Of the machine it runs on: a constant might be that of the one where a native executable was made. */
        private final int cpus = Runtime.getRuntime().availableProcessors();

        private int initial = Math.max(16, 4 * cpus);
        private @Nullable Integer min;
        private @Nullable Integer max;
        private long warmUpNanos = Duration.ofSeconds(10).toNanos();
        private int warmUpCalls = 1000;
        private Tuning tuning = Tuning.DEFAULT;

        private Builder() {}

        /**
         * Sets the bounds between which the limit may move, in calls. Default: half the available processors, at least
         * 2, to 10,000.
         *
         * @throws IllegalArgumentException if {@code min < 1}, {@code max < min} or {@code max} is above
         *     {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        public Builder limits(int min, int max) {
            Limits.check(min, max);
            this.min = min;
            this.max = max;
            return this;
        }

        /**
         * Sets only the lower bound of {@link #limits}; the other one gives way if it is not set.
         *
         * @throws IllegalArgumentException if it is outside 1 to {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        public Builder minLimit(int min) {
            Limits.check("min", min);
            this.min = min;
            return this;
        }

        /**
         * Sets only the upper bound of {@link #limits}; the other one gives way if it is not set.
         *
         * @throws IllegalArgumentException if it is outside 1 to {@link ConcurrencyLimiter#MAX_LIMIT}
         */
        public Builder maxLimit(int max) {
            Limits.check("max", max);
            this.max = max;
            return this;
        }

        /**
         * Sets the limit to begin with, in calls; it is cut to the bounds. Default: four per available processor,
         * at least 16.
         *
         * @throws IllegalArgumentException if {@code initial < 1}
         */
        public Builder initialLimit(int initial) {
            checkArgument(initial >= 1, "initialLimit must be at least 1: %s", initial);
            this.initial = initial;
            return this;
        }

        /**
         * Sets for how long after its first calls the limit is not enforced: {@code duration} or {@code calls},
         * whichever ends first, and at least 30 calls. It also ends in a flood: more calls than the
         * limit, and congested. Zero enforces at once. Default: 10 s, 1000 calls.
         *
         * @throws IllegalArgumentException if one of them is negative
         */
        public Builder warmUp(Duration duration, int calls) {
            return warmUpDuration(duration).warmUpCalls(calls);
        }

        /**
         * Sets only the duration of {@link #warmUp}.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder warmUpDuration(Duration duration) {
            checkArgument(!duration.isNegative(), "warmUp duration must not be negative: %s", duration);
            this.warmUpNanos = duration.toNanos();
            return this;
        }

        /**
         * Sets only the calls of {@link #warmUp}.
         *
         * @throws IllegalArgumentException if they are negative
         */
        public Builder warmUpCalls(int calls) {
            checkArgument(calls >= 0, "warmUp calls must not be negative: %s", calls);
            this.warmUpCalls = calls;
            return this;
        }

        /** Sets the constants, for measuring what they are worth. */
        Builder tuning(Tuning tuning) {
            this.tuning = tuning;
            return this;
        }

        /**
         * An algorithm for one limiter.
         *
         * @throws IllegalArgumentException if the bounds, set one by one, contradict each other
         */
        public AdaptiveLimit build() {
            Limits.check(lowest(), highest());
            return new AdaptiveLimit(this);
        }

        private int lowest() {
            int usual = Math.max(2, cpus / 2);
            return min != null ? min : max != null ? Math.min(usual, max) : usual;
        }

        private int highest() {
            int usual = 10_000;
            return max != null ? max : min != null ? Math.max(usual, min) : usual;
        }
    }
}
