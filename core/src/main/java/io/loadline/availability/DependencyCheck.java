/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * How to ask whether a dependency is there, and what follows if it is not. Immutable; {@link DependencyChecks} does the
 * asking.
 *
 * <p>A dependency never affects liveness: a restart of this service does not mend another one.
 */
public final class DependencyCheck {
    final String name;
    final Callable<Boolean> check;
    final Effect effect;
    final long timeoutNanos;
    final long everyNanos;
    final int failuresToGoDown;
    final int successesToComeUp;
    final double jitter;
    final long spreadNanos;
    final DoubleSupplier random;

    private DependencyCheck(Builder builder) {
        this.name = builder.name;
        this.check = builder.check;
        this.effect = builder.effect;
        this.timeoutNanos = builder.timeout.toNanos();
        this.everyNanos = builder.every.toNanos();
        this.failuresToGoDown = builder.failuresToGoDown;
        this.successesToComeUp = builder.successesToComeUp;
        this.jitter = builder.jitter;
        this.spreadNanos = builder.spread.toNanos();
        this.random = builder.random;
    }

    /**
     * A builder.
     *
     * @param name what logs, meters and reports call it
     * @param check returns whether the dependency is there; throwing and not returning in time mean that it is not. Runs in
     *     a thread of its own, never twice at a time
     */
    public static Builder builder(String name, Callable<Boolean> check) {
        return new Builder(name, check);
    }

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    /** What a dependency that is not there does to readiness. */
    public enum Effect {
        /** Nothing: it is only reported. */
        REPORT,
        /** Readiness waits for it at the start and never again. */
        START,
        /**
         * Readiness waits for it and goes down with it. Only for what an instance has to itself: if all instances lose one
         * that they share, all of them go, and with them every answer that did not need it.
         */
        READINESS
    }

    /** Builds checks. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final Callable<Boolean> check;
        private Effect effect = Effect.START;
        private Duration timeout = Duration.ofSeconds(1);
        private Duration every = Duration.ofSeconds(5);
        private int failuresToGoDown = 3;
        private int successesToComeUp = 2;
        private double jitter = 0.2;
        private Duration spread = Duration.ofSeconds(10);
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(String name, Callable<Boolean> check) {
            checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
            this.name = name;
            this.check = check;
        }

        /** Sets what the dependency does to readiness. Default: {@link Effect#START}. */
        @CanIgnoreReturnValue
        public Builder effect(Effect effect) {
            this.effect = effect;
            return this;
        }

        /**
         * Sets after how long a check has failed; it is interrupted then. Default: 1 s.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder timeout(Duration timeout) {
            this.timeout = checkPositive("timeout", timeout);
            return this;
        }

        /**
         * Sets the time from one check to the next; what it found is valid meanwhile. At the start, until the first
         * success, at most one second. Default: 5 s.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder every(Duration every) {
            this.every = checkPositive("every", every);
            return this;
        }

        /**
         * Sets how many checks in a row must fail, and how many succeed again, before the dependency counts as down and as
         * up; the very first success counts at once. Default: 3 and 2.
         *
         * @throws IllegalArgumentException if one of them is below 1
         */
        @CanIgnoreReturnValue
        public Builder hysteresis(int failuresToGoDown, int successesToComeUp) {
            checkArgument(failuresToGoDown >= 1, "failuresToGoDown must be at least 1: %s", failuresToGoDown);
            checkArgument(successesToComeUp >= 1, "successesToComeUp must be at least 1: %s", successesToComeUp);
            this.failuresToGoDown = failuresToGoDown;
            this.successesToComeUp = successesToComeUp;
            return this;
        }

        /**
         * Sets by what share the time between two checks varies at random, so that instances do not ask in step.
         * Default: 0.2.
         *
         * @throws IllegalArgumentException unless it is between 0 and 1
         */
        @CanIgnoreReturnValue
        public Builder jitter(double jitter) {
            checkArgument(jitter >= 0 && jitter <= 1, "jitter must be between 0 and 1: %s", jitter);
            this.jitter = jitter;
            return this;
        }

        /**
         * Sets the time over which instances let go of readiness: each waits for a random part of it when the dependency
         * is down, and stays ready if that comes back meanwhile. Default: 10 s.
         *
         * @throws IllegalArgumentException if it is negative
         */
        @CanIgnoreReturnValue
        public Builder spread(Duration spread) {
            checkArgument(!spread.isNegative(), "spread must not be negative: %s", spread);
            this.spread = spread;
            return this;
        }

        /** Sets where chance comes from, values from 0 to below 1; for tests. */
        @CanIgnoreReturnValue
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /** A new check. */
        public DependencyCheck build() {
            return new DependencyCheck(this);
        }

        private static Duration checkPositive(String name, Duration duration) {
            checkArgument(!duration.isNegative() && !duration.isZero(), "%s must be positive: %s", name, duration);
            return duration;
        }
    }
}
