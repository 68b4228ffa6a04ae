/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.limit.CallContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls through a guard and repeats those that fail, a few times, after pauses that grow, and only while a
 * {@link RetryBudget} lasts. Thread-safe. For calls that may be made twice.
 *
 * <pre>{@code
 * Retries retries = Retries.builder(inventory, budget).attempts(3).build();
 * Stock stock = retries.call(() -> client.stock(id));
 * }</pre>
 *
 * <p>What the guard refuses is not tried again, nor is anything for which the time left does not suffice.
 */
public final class Retries {
    private final DependencyGuard guard;
    private final RetryBudget budget;
    private final int attempts;
    private final long firstNanos;
    private final long mostNanos;
    private final DoubleSupplier random;
    private final Pause pause;

    private Retries(Builder builder) {
        this.guard = builder.guard;
        this.budget = builder.budget;
        this.attempts = builder.attempts;
        this.firstNanos = builder.first.toNanos();
        this.mostNanos = builder.most.toNanos();
        this.random = builder.random;
        this.pause = builder.pause;
    }

    /** A builder. The guard should have been built with the same budget, or its calls are not in it. */
    public static Builder builder(DependencyGuard guard, RetryBudget budget) {
        return new Builder(guard, budget);
    }

    /**
     * Makes the call, and repeats it if it fails.
     *
     * @param <T> the result's type
     * @throws GuardRefusedException if the guard refuses the first attempt
     * @throws Exception what the last attempt that was made has thrown
     */
    @CanIgnoreReturnValue
    public <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
        @Nullable Exception before = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return guard.call(action);
            } catch (Exception failure) {
                if (before != null && isOwnRefusal(failure)) {
                    throw before;
                }
                if (attempt >= attempts || !mayHelp(failure) || !awaitNext(attempt)) {
                    throw failure;
                }
                before = failure;
            }
        }
    }

    private boolean isOwnRefusal(Exception failure) {
        return failure instanceof GuardRefusedException refused
                && refused.dependency().equals(guard.name());
    }

    /** Whatever outcomes the user gives to them: what was not made is not to be made again, who is interrupted is to stop. */
    private boolean mayHelp(Exception failure) {
        return !(failure instanceof GuardRefusedException)
                && !(failure instanceof InterruptedException)
                && guard.outcomeOf(failure).isBad();
    }

    /** Waits for the next attempt; false if there is to be none. */
    private boolean awaitNext(int attempt) {
        long nanos = pauseNanos(attempt);
        Optional<Duration> left = CallContext.current().remaining();
        if (left.isPresent() && left.get().toNanos() <= nanos) {
            return false;
        }
        if (guard.state() == GuardState.OPEN || !budget.tryRetry()) {
            return false;
        }
        try {
            pause.await(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Anything up to twice as much each time: those who failed together shall not come back together. */
    private long pauseNanos(int attempt) {
        long nanos = firstNanos;
        for (int i = 1; i < attempt && nanos < mostNanos; i++) {
            nanos *= 2;
        }
        return (long) (Math.min(nanos, mostNanos) * (0.5 + 0.5 * random.getAsDouble()));
    }

    /** A pause of the caller's thread. */
    @FunctionalInterface
    interface Pause {
        /** Returns after so many nanoseconds. */
        void await(long nanos) throws InterruptedException;
    }

    /** Builds what makes calls. Not thread-safe. */
    public static final class Builder {
        private final DependencyGuard guard;
        private final RetryBudget budget;
        private int attempts = 2;
        private Duration first = Duration.ofMillis(50);
        private Duration most = Duration.ofSeconds(1);
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        private Pause pause = nanos -> {
            boolean unused = new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS);
        };

        private Builder(DependencyGuard guard, RetryBudget budget) {
            this.guard = guard;
            this.budget = budget;
        }

        /**
         * Sets how often a call is made at most, the first time included. Default: 2.
         *
         * @throws IllegalArgumentException unless it is between 1 and 10
         */
        @CanIgnoreReturnValue
        public Builder attempts(int attempts) {
            checkArgument(attempts >= 1 && attempts <= 10, "attempts must be between 1 and 10: %s", attempts);
            this.attempts = attempts;
            return this;
        }

        /**
         * Sets the pauses: half of {@code first} to all of it, at random, then twice as much each time, up to {@code most}.
         * Default: 50 ms and 1 s.
         *
         * @throws IllegalArgumentException unless both are positive and {@code most >= first}
         */
        @CanIgnoreReturnValue
        public Builder backoff(Duration first, Duration most) {
            checkArgument(
                    most.compareTo(first) >= 0, "backoff must not have a most below the first: %s < %s", most, first);
            this.first = DependencyGuard.Builder.checkPositive("backoff", first);
            this.most = DependencyGuard.Builder.checkPositive("backoff", most);
            return this;
        }

        /** Sets where chance comes from; for tests. */
        @CanIgnoreReturnValue
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /** Sets how to pause; for tests. */
        @CanIgnoreReturnValue
        Builder pause(Pause pause) {
            this.pause = pause;
            return this;
        }

        /** What makes calls. */
        public Retries build() {
            return new Retries(this);
        }
    }
}
