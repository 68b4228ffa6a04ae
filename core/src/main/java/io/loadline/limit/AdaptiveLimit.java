/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the limit from how much longer calls take than without congestion, and checks by experiment that it was
 * congestion. Not thread-safe; confined to its limiter.
 */
public final class AdaptiveLimit implements LimitAlgorithm {
    /*
     * Stretch: z = sum of latencies / sum of their routes' baselines. The service is congested if z exceeds what noise
     * explains: max(1.25, 1 + 2.5 standard errors). Few samples or a wide spread make the bar higher by themselves.
     *
     * Shrink: while congested, L *= max(0.7, 1 / (1 + (z - threshold) / 2)), but never below the floor
     * 0.9 x throughput x mean baseline: by Little's law [1] fewer calls could not sustain what is being done.
     *
     * Verify: latency also rises without a queue of ours, for example when a dependency slows down; shrinking would then
     * throw away work and cure nothing, and the floor would fall with what it throws away. So while congested and at the
     * limit, L is raised for a while, see Experiment. If throughput follows and latency does not, there was no queue: the
     * latencies seen become the baselines, L goes at once to what the usual throughput needs at these latencies, again by
     * Little's law, and growth starts anew. No experiment when the CPUs are nearly used up: then the queue is ours.
     *
     * Grow: not congested but at the limit: x 1.5 until the first congestion, as in TCP's slow start [2], then additively.
     * Growth must buy throughput: after four raises that bought none the limit goes back to where throughput was first
     * as high, and stays for a while. A latency ratio alone cannot see a level that is steadily bad, since the baseline
     * may have been learned on it.
     *
     * Decay: a limit that is not reached falls towards four times what was in use, so that a flood does not find a limit
     * of a thousand; and it rises towards twice that, or it would shed the burst after a pause of the collector and the
     * chance meeting of long calls. Congestion while it is not reached does not cut it below what was in use.
     *
     * Failures: more than 2 % and at least three dropped calls cut L by 0.9, once per window, see FailureCuts.
     *
     * Warm-up: until enough calls have been seen nothing is refused, or each deploy would begin with refusals. It ends
     * after a number of calls or a time, whichever is first, and at once in a flood: more calls than the limit and twice
     * the latency. An overload that meets a cold instance would otherwise build up a queue in which every call is too
     * late, for longer than the warm-up itself lasts. For the same reason windows are short until then.
     *
     * [1] J. Little, A Proof for the Queuing Formula L = λW, 1961
     * [2] V. Jacobson, Congestion Avoidance and Control, 1988
     */
    private static final double MIN_THRESHOLD = 1.25;
    private static final double NOISE = 2.5;
    private static final double STRONGEST_CUT = 0.7;
    private static final double FLOOR = 0.9;
    private static final double FAILURE_CUT = 0.9;
    private static final double SLOW_START = 1.5;
    private static final double ADDITIVE = 0.5;
    private static final double THROUGHPUT_GAIN = 1.03;
    private static final int FRUITLESS_RAISES = 4;
    private static final int HOLD_WINDOWS = 20;
    private static final double IDLE_FACTOR = 4;
    private static final double BURST_FACTOR = 2;
    private static final double IDLE_STEP = 0.1;
    private static final double PEAK_DECAY = 0.95;
    private static final int WARM_CALLS = 30;
    private static final double FLOOD = 2;
    private static final int MAX_WINDOW_SAMPLES = 300;
    private static final double LONG_ENOUGH_NANOS = 1e9;

    private final int initial;
    private final int min;
    private final int max;
    private final long warmUpNanos;
    private final int warmUpCalls;
    private final Experiment experiment = new Experiment();
    private final FailureCuts failures = new FailureCuts();

    private double limit;
    private boolean slowStart = true;
    private double recentPeak;

    private double bestThroughput;
    private double bestLimit;
    private int fruitlessRaises;
    private int holdWindows;

    private boolean warm;
    private long seenNanos;
    private long seenCalls;

    private AdaptiveLimit(Builder builder) {
        this.min = builder.lowest();
        this.max = builder.highest();
        this.initial = Math.min(max, Math.max(min, builder.initial));
        this.warmUpNanos = builder.warmUpNanos;
        this.warmUpCalls = builder.warmUpCalls;
        this.limit = initial;
        this.warm = warmUpNanos == 0;
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public int initialLimit() {
        return initial;
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
        if (experiment.isRunning()) {
            return experiment.isComplete(window);
        }
        double enough = Math.max(LimitWindow.MIN_SAMPLES, Math.min(MAX_WINDOW_SAMPLES, limit));
        return window.durationNanos() >= LimitWindow.MIN_NANOS
                && window.samples() >= enough
                && (!warm || window.durationNanos() >= Math.min(LONG_ENOUGH_NANOS, 2 * window.meanRttNanos()));
    }

    @Override
    public LimitDecision decide(LimitWindow window) {
        warmUp(window);
        recentPeak = Math.max(window.peakInFlight(), recentPeak * PEAK_DECAY);
        double threshold = threshold(window);
        boolean congested = window.stretch() > threshold;

        if (experiment.isRunning()) {
            return experiment(window, congested);
        }
        if (failures.callForCut(window)) {
            slowStart = false;
            return moveTo(limit * FAILURE_CUT, "failures: %d of %d calls", window.dropped(), window.completed());
        }
        if (failures.wereInVain()) {
            return moveTo(Math.max(limit, failures.limitBefore()), "failures do not follow the limit");
        }
        if (congested) {
            return congested(window, threshold);
        }
        experiment.calm(window);
        if (window.binding()) {
            return grow(window);
        }
        fruitlessRaises = 0;
        bestThroughput = 0;
        double idle = Math.max(initial, IDLE_FACTOR * recentPeak);
        if (limit > idle) {
            return moveTo(
                    limit + (idle - limit) * IDLE_STEP, "not reached: at most %d in flight", window.peakInFlight());
        }
        double burst = BURST_FACTOR * recentPeak;
        if (limit < burst) {
            return moveTo(limit + (burst - limit) * IDLE_STEP, "room for twice what is in use");
        }
        return moveTo(limit, "steady");
    }

    private static double threshold(LimitWindow window) {
        return Math.max(MIN_THRESHOLD, 1 + NOISE * window.stretchError());
    }

    private LimitDecision congested(LimitWindow window, double threshold) {
        slowStart = false;
        fruitlessRaises = 0;
        holdWindows = 0;
        if (window.binding() && experiment.isDue(window)) {
            experiment.begin(window, limit);
            return moveTo(limit, "experiment: is it a queue?");
        }
        double cut = Math.max(STRONGEST_CUT, 1 / (1 + (window.stretch() - threshold) / 2));
        double floor = FLOOR * window.work();
        if (!window.binding()) {
            // It was not the limit that let too many in: a limit below what was in use would shed for a bad moment.
            floor = Math.max(floor, recentPeak);
        }
        // The floor may be above the limit when calls run outside it; it only stops a fall.
        double next = Math.min(limit, Math.max(floor, limit * cut));
        return moveTo(next, "congested: latency is %.2f x its baseline", window.stretch());
    }

    private LimitDecision experiment(LimitWindow window, boolean congested) {
        return switch (experiment.next(window, congested)) {
            case QUEUE -> moveTo(experiment.limitBefore(), "experiment: more calls only waited longer");
            case UNKNOWN ->
                moveTo(experiment.isRunning() ? limit : experiment.raise(window, limit), "experiment: is it a queue?");
            case NO_QUEUE -> {
                double enough = Math.max(limit, experiment.usualInFlight(window));
                experiment.calm(window);
                slowStart = true;
                bestThroughput = 0;
                LimitDecision decision = moveTo(enough, "experiment: not a queue, calls take longer");
                yield new LimitDecision(decision.limit(), decision.reason(), true);
            }
        };
    }

    private LimitDecision grow(LimitWindow window) {
        if (window.completed() == 0) {
            return moveTo(limit, "reached, but nothing has ended");
        }
        double throughput = window.throughput();
        if (holdWindows > 0) {
            holdWindows--;
            if (holdWindows == 0) {
                bestThroughput = 0;
            }
            return moveTo(limit, "holding: more calls brought no more throughput");
        }
        if (throughput > bestThroughput * THROUGHPUT_GAIN) {
            bestThroughput = throughput;
            bestLimit = limit;
            fruitlessRaises = 0;
        } else if (++fruitlessRaises > FRUITLESS_RAISES) {
            fruitlessRaises = 0;
            slowStart = false;
            holdWindows = HOLD_WINDOWS;
            return moveTo(Math.min(limit, bestLimit), "more calls brought no more throughput");
        }
        double next = slowStart ? limit * SLOW_START : limit + Math.max(1, ADDITIVE * Math.sqrt(limit));
        if (!warm && window.judgedSamples() > 0) {
            // Nothing was refused, so more calls than the limit have shown that they fit.
            next = Math.max(next, window.peakInFlight());
        }
        return moveTo(next, "reached without congestion");
    }

    private LimitDecision moveTo(double next, String reason, Object... values) {
        limit = Math.max(min, Math.min(max, next));
        return LimitDecision.of((int) Math.round(limit), String.format(Locale.ROOT, reason, values));
    }

    private void warmUp(LimitWindow window) {
        if (warm || seenCalls + window.completed() == 0) {
            return;
        }
        if (window.binding() && window.stretch() > Math.max(FLOOD, threshold(window))) {
            warm = true;
            return;
        }
        seenNanos += window.durationNanos();
        seenCalls += window.completed();
        warm = (seenNanos >= warmUpNanos || seenCalls >= warmUpCalls) && seenCalls >= WARM_CALLS;
    }

    /** Builds adaptive limits. Not thread-safe; may be reused. */
    public static final class Builder {
        private static final int CPUS = Runtime.getRuntime().availableProcessors();

        private int initial = Math.max(16, 4 * CPUS);
        private @Nullable Integer min;
        private @Nullable Integer max;
        private long warmUpNanos = Duration.ofSeconds(10).toNanos();
        private int warmUpCalls = 1000;

        private Builder() {}

        /**
         * Sets the bounds between which the limit may move, in calls. Default: half the available processors, at least
         * 2, to 1000.
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
         * whichever ends first, and at least 30 calls. It also ends in a flood: more calls than the limit and twice the
         * latency. Zero enforces at once. Default: 10 s, 1000 calls.
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
            int usual = Math.max(2, CPUS / 2);
            return min != null ? min : max != null ? Math.min(usual, max) : usual;
        }

        private int highest() {
            int usual = 1000;
            return max != null ? max : min != null ? Math.max(usual, min) : usual;
        }
    }
}
