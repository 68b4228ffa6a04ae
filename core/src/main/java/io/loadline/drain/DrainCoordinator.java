/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.availability.Availability;
import io.loadline.availability.ReadinessState;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes a service away without dropping a call: announces, waits until traffic has stopped, refuses what still comes and
 * waits for what runs, all before one deadline. Thread-safe; a drain happens once.
 */
public final class DrainCoordinator implements AutoCloseable {
    /**
     * The key in the logger's context, MDC, of the phase that a drain was in when a thread of it set out: those of
     * participants, and whoever logs how it ended.
     */
    public static final String MDC_PHASE = "loadline.drain";

    private final Availability availability;
    private final ReadinessState meanwhile;
    private final Drain drain;
    private final CompletionStage<DrainResult> drained;
    private final Registration beats;

    private DrainCoordinator(Builder builder) {
        this.availability = builder.availability;
        this.meanwhile = builder.readiness == ReadinessFlip.AT_ONCE
                ? ReadinessState.REFUSING_TRAFFIC
                : ReadinessState.ACCEPTING_TRAFFIC;
        this.drain = new Drain(builder);
        // One for all: each would hang on the drain for good.
        this.drained = drain.drained.minimalCompletionStage();
        builder.participants.forEach(this::add);
        this.beats = builder.heartbeat.listen(beat -> drain.beat());
    }

    /** A builder for a coordinator that changes {@code availability}, waits for {@code limiter} and is driven by {@code heartbeat}. */
    public static Builder builder(Availability availability, ConcurrencyLimiter limiter, Heartbeat heartbeat) {
        return new Builder(availability, limiter, heartbeat);
    }

    /** Where the drain is. */
    public DrainPhase phase() {
        return drain.phase();
    }

    /** Whether responses should ask for their connection to be closed: from the moment on when the service is DRAINING. */
    public boolean isDraining() {
        return drain.isDraining();
    }

    /** What adapters tell of admitted calls, for the report of who would not finish. */
    public InFlightCalls inFlightCalls() {
        return drain.inFlightCalls;
    }

    /** What lasts until somebody ends it. */
    public LongLivedExchanges longLived() {
        return drain.longLived;
    }

    /** Adds a participant, until its registration is closed. One that is added during the drain takes no part in it. */
    @CanIgnoreReturnValue
    public Registration add(DrainParticipant participant) {
        return drain.participants.add(participant);
    }

    /** Phase, what is active, refusals and time left. */
    public DrainProgress progress() {
        return drain.progress();
    }

    /** How long a drain takes. */
    public DrainTimes times() {
        return drain.times();
    }

    /**
     * Changes how long a drain takes, as a whole.
     *
     * @throws IllegalArgumentException if the times contradict each other
     * @throws IllegalStateException if the drain has begun, whose deadline others count on
     */
    public void times(DrainTimes changed) {
        drain.times(changed);
    }

    /** Adds a listener that is told of each phase after it has begun, and of the result. */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        Runnable phases = drain.listeners.add(listener);
        Runnable result = drain.resultListeners.add(listener);
        return () -> {
            phases.run();
            result.run();
        };
    }

    /**
     * Begins the drain; readiness is down, unless {@link Builder#readiness} says otherwise, and responses ask for closed
     * connections when this returns. If a drain has begun before, this only returns its stage; after {@link #close()} the
     * drain is aborted at once.
     *
     * @param reason why, in a few words for people
     * @param settling whether to wait until traffic has stopped; a service that was never ready and never called does not
     * @return a stage that completes when the server may be closed, never exceptionally. It is completed by whoever ends
     *     the drain, often the thread that releases the last call: what may block must depend on it asynchronously.
     */
    @CanIgnoreReturnValue
    public CompletionStage<DrainResult> drainAsync(String reason, Settling settling) {
        long begunNanos = drain.now();
        Settling needed = drain.isUnknown() ? Settling.SKIP : settling;
        // Before the phases: a heartbeat may move those on at once, and readiness must be down by then. What listeners
        // take for it is taken from the deadline.
        availability.draining(reason, meanwhile);
        drain.begin(needed, begunNanos);
        return drained();
    }

    /** The stage that {@link #drainAsync} returns, always the same; never completes if no drain begins. */
    public CompletionStage<DrainResult> drained() {
        return drained;
    }

    /**
     * Drains and waits for it. An interrupt of the waiting thread aborts the drain and is kept as the thread's status.
     *
     * @param reason why, in a few words for people
     * @param settling whether to wait until traffic has stopped
     */
    @CanIgnoreReturnValue
    public DrainResult drain(String reason, Settling settling) {
        drainAsync(reason, settling);
        try {
            for (; ; ) {
                try {
                    return drain.drained.get(drain.waitNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    drain.advance();
                }
            }
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            return drain.drained.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a drain never completes exceptionally", e);
        }
    }

    /** Ends the waiting of a drain that is on; its outcome is {@link DrainOutcome#ABORTED}. */
    public void abort() {
        drain.finish(DrainOutcome.ABORTED);
    }

    /**
     * Tells that the server has stopped: the service is STOPPED and a drain, if there was one, {@link DrainPhase#DONE}.
     * One that is still waiting is aborted.
     */
    public void closed() {
        abort();
        drain.done();
        availability.stopped("server closed");
    }

    /** Stops listening to the heartbeat; a drain that is on, and any that begins later, is aborted. */
    @Override
    public void close() {
        drain.close();
        beats.close();
    }

    /** Whether a drain waits until traffic has stopped. */
    public enum Settling {
        /** It does: other processes may still send. */
        WAIT,
        /** It does not: nobody routes to this process, as in a test or a live reload. */
        SKIP
    }

    /** Is told of the phases of a drain, and how it ended. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after {@code phase} has begun; must not block. Several threads may call, one after the other. */
        void onPhase(DrainPhase phase);

        /**
         * Is called when the result is known, before whoever waits for it hears of it; must not block. Another thread may
         * still be telling of the last phase. Default: is not told.
         */
        default void onResult(DrainResult result) {}
    }

    /** Builds coordinators. Not thread-safe. */
    public static final class Builder {
        final Availability availability;
        final ConcurrencyLimiter limiter;
        final Heartbeat heartbeat;
        DrainTimes times = DrainTimes.DEFAULT;
        ReadinessFlip readiness = ReadinessFlip.AT_ONCE;
        final List<DrainParticipant> participants = new ArrayList<>();

        private Builder(Availability availability, ConcurrencyLimiter limiter, Heartbeat heartbeat) {
            this.availability = availability;
            this.limiter = limiter;
            this.heartbeat = heartbeat;
        }

        /**
         * Sets the time for all phases together; it should be below the platform's grace period. Default: 25 s.
         *
         * @throws IllegalArgumentException unless it is positive and at most one hour
         */
        @CanIgnoreReturnValue
        public Builder deadline(Duration deadline) {
            this.times = times.deadline(deadline);
            return this;
        }

        /**
         * Sets the least silence that counts as the end of the traffic. Where a platform removes instances by probing
         * them, make it the probe's period times its failure threshold plus the time the news takes. Default: 1 s, or
         * less if settling may not take as long.
         *
         * @throws IllegalArgumentException unless it is positive and at most one hour
         */
        @CanIgnoreReturnValue
        public Builder quiet(Duration quiet) {
            this.times = times.quiet(quiet);
            return this;
        }

        /**
         * Sets the longest time to wait for the end of the traffic; no more than half of the deadline is waited, so that
         * calls have time to finish. Default: 10 s.
         *
         * @throws IllegalArgumentException unless it is positive and at most one hour
         */
        @CanIgnoreReturnValue
        public Builder settleMax(Duration settleMax) {
            this.times = times.settleMax(settleMax);
            return this;
        }

        /**
         * Sets how long the platform's preStop hook sleeps before each signal: the instance has been on its way out for
         * that long, so settling takes less. The platform's grace period must hold both, the sleep and the deadline.
         * Default: zero.
         *
         * @throws IllegalArgumentException if it is negative or more than one hour
         */
        @CanIgnoreReturnValue
        public Builder preStopSleep(Duration preStopSleep) {
            this.times = times.preStopSleep(preStopSleep);
            return this;
        }

        /**
         * Sets for how long {@link LongLivedExchanges} that were told to go may hold the drain. Zero does not wait for
         * them. Default: 2 s.
         *
         * @throws IllegalArgumentException if it is negative or more than one hour
         */
        @CanIgnoreReturnValue
        public Builder farewell(Duration farewell) {
            this.times = times.farewell(farewell);
            return this;
        }

        /** Sets when readiness goes down. Default: {@link ReadinessFlip#AT_ONCE}. */
        @CanIgnoreReturnValue
        public Builder readiness(ReadinessFlip readiness) {
            this.readiness = readiness;
            return this;
        }

        /** Adds a participant of each coordinator that is built; see {@link DrainCoordinator#add}. */
        @CanIgnoreReturnValue
        public Builder participant(DrainParticipant participant) {
            participants.add(participant);
            return this;
        }

        /**
         * Refuses durations that contradict each other.
         *
         * @throws IllegalArgumentException if quiet is longer than settling may take, which would cut it silently
         */
        @CanIgnoreReturnValue
        public Builder check() {
            times.check();
            return this;
        }

        /**
         * A coordinator that listens to its heartbeat from now on.
         *
         * @throws IllegalArgumentException as {@link #check()}
         */
        public DrainCoordinator build() {
            check();
            return new DrainCoordinator(this);
        }
    }
}
