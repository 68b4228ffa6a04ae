/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that a service does once after its server listens, and the memory it is likely to take. Immutable.
 *
 * <pre>{@code
 * StartupStage.builder("price-cache", stage -> prices.load(stage::checkpoint))
 *         .tier(StageTier.IMPORTANT)
 *         .estimateBytes(200 << 20)
 *         .build();
 * }</pre>
 */
public final class StartupStage {
    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);
    private static final int MAX_NAME = 100;

    private final String name;
    private final Action action;
    private final StageTier tier;
    private final Set<String> dependsOn;
    private final OptionalLong estimateBytes;
    private final Duration timeout;
    private final FailurePolicy onFailure;
    private final boolean gated;
    private final boolean whenIdle;

    private StartupStage(Builder builder) {
        this.name = builder.name;
        this.action = builder.action;
        this.tier = builder.tier;
        this.dependsOn = Collections.unmodifiableSet(new LinkedHashSet<>(builder.dependsOn));
        this.estimateBytes = builder.estimateBytes;
        this.timeout = builder.timeout;
        this.onFailure = builder.onFailure != null
                ? builder.onFailure
                : tier == StageTier.CRITICAL ? FailurePolicy.fail() : FailurePolicy.degrade();
        this.gated = builder.gated;
        this.whenIdle = builder.whenIdle;
    }

    /**
     * A builder for a stage.
     *
     * @param name unique in a plan; reports, meters and the history know the stage by it
     * @throws IllegalArgumentException if {@code name} is blank, longer than 100 characters or has control characters
     */
    public static Builder builder(String name, Action action) {
        return new Builder(name, action);
    }

    /** What reports call it. */
    public String name() {
        return name;
    }

    /** What it does. */
    public Action action() {
        return action;
    }

    /** How much hangs on it. */
    public StageTier tier() {
        return tier;
    }

    /** The names of the stages that must be done before it. */
    public Set<String> dependsOn() {
        return dependsOn;
    }

    /** The memory it was said to take at most. */
    public OptionalLong estimateBytes() {
        return estimateBytes;
    }

    /** How long one attempt may run. */
    public Duration timeout() {
        return timeout;
    }

    /** What happens when it fails. */
    public FailurePolicy onFailure() {
        return onFailure;
    }

    /** Whether it waits for memory. */
    public boolean isGated() {
        return gated;
    }

    /** Whether it waits until the service has nothing else to do. */
    public boolean isWhenIdle() {
        return whenIdle;
    }

    @Override
    public String toString() {
        return tier + " stage '" + name + "'";
    }

    /** What a stage does. */
    @FunctionalInterface
    public interface Action {
        /** Does it, on a thread of its own, which is interrupted when the stage is cancelled or takes too long. */
        void run(StageContext context) throws Exception;
    }

    /** Builds stages. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final Action action;
        private final Set<String> dependsOn = new LinkedHashSet<>();
        private StageTier tier = StageTier.CRITICAL;
        private OptionalLong estimateBytes = OptionalLong.empty();
        private Duration timeout = Duration.ofMinutes(5);
        private @Nullable FailurePolicy onFailure;
        private boolean gated = true;
        private boolean whenIdle;

        private Builder(String name, Action action) {
            checkArgument(!name.isBlank(), "name of a stage must not be blank: '%s'", name);
            checkArgument(
                    name.length() <= MAX_NAME && name.chars().noneMatch(Character::isISOControl),
                    "name of a stage must have at most %s characters and no control characters: '%s'",
                    MAX_NAME,
                    name);
            this.name = name;
            this.action = action;
        }

        /** Sets how much hangs on it. Default: {@link StageTier#CRITICAL}. */
        @CanIgnoreReturnValue
        public Builder tier(StageTier tier) {
            this.tier = tier;
            return this;
        }

        /** Adds stages that must be done before it; their tiers must not be lower than its own. */
        @CanIgnoreReturnValue
        public Builder dependsOn(String... names) {
            for (String each : names) {
                checkArgument(!each.isBlank(), "dependsOn of stage '%s' must not be blank: '%s'", name, each);
                dependsOn.add(each);
            }
            return this;
        }

        /**
         * Sets how much memory it takes at most while it runs. Default: unknown, which counts as 32 MiB until it has run
         * once and a history is kept.
         *
         * @throws IllegalArgumentException if it is negative
         */
        @CanIgnoreReturnValue
        public Builder estimateBytes(long bytes) {
            checkArgument(bytes >= 0, "estimateBytes of stage '%s' must not be negative: %s", name, bytes);
            this.estimateBytes = OptionalLong.of(bytes);
            return this;
        }

        /**
         * Sets how long one attempt may run, not counting what it waits at checkpoints. Default: 5 min.
         *
         * @throws IllegalArgumentException unless it is positive and at most one day
         */
        @CanIgnoreReturnValue
        public Builder timeout(Duration timeout) {
            checkArgument(
                    !timeout.isNegative() && !timeout.isZero() && timeout.compareTo(MAX_TIMEOUT) <= 0,
                    "timeout of stage '%s' must be positive and at most 1 day: %s",
                    name,
                    timeout);
            this.timeout = timeout;
            return this;
        }

        /**
         * Sets what happens when it fails. Default: {@link FailurePolicy#fail()} if it is critical, else
         * {@link FailurePolicy#degrade()}.
         */
        @CanIgnoreReturnValue
        public Builder onFailure(FailurePolicy policy) {
            this.onFailure = policy;
            return this;
        }

        /** Lets it run without regard to memory, because it takes none to speak of: a handful of warm-up requests. */
        @CanIgnoreReturnValue
        public Builder ungated() {
            this.gated = false;
            return this;
        }

        /** Lets it wait until the service has had nothing to do for a second; for background stages only. */
        @CanIgnoreReturnValue
        public Builder whenIdle() {
            this.whenIdle = true;
            return this;
        }

        /**
         * The stage.
         *
         * @throws IllegalArgumentException if it depends on itself, or waits for idleness without being a background stage
         */
        public StartupStage build() {
            checkArgument(!dependsOn.contains(name), "dependsOn of stage '%s' must not name itself", name);
            checkArgument(
                    !whenIdle || tier == StageTier.BACKGROUND,
                    "tier of stage '%s', which waits until the service is idle, must be BACKGROUND: %s",
                    name,
                    tier);
            return new StartupStage(this);
        }
    }
}
