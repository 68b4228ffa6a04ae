/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The stages of a start in the order in which they run, and how the start waits for memory. Immutable. */
public final class StartupPlan {
    private final List<StartupStage> stages;
    private final StageTier readyAfter;
    private final Duration settle;
    private final Collection collection;
    private final @Nullable Path historyFile;
    private final Consumer<? super MemoryGate.Builder> gate;

    private StartupPlan(Builder builder) {
        this.stages = StageOrder.of(List.copyOf(builder.stages.values()));
        this.readyAfter = builder.readyAfter;
        this.settle = builder.settle;
        this.collection = builder.collection;
        this.historyFile = builder.historyFile;
        this.gate = builder.gate;
        // Nonsense is refused where it is said, not when the service starts.
        MemoryGate.Builder unused = configured(MemoryGate.builder(
                () -> {
                    throw new IllegalStateException("nobody reads here");
                },
                Ticker.system()));
    }

    /** A builder for a plan without stages. */
    public static Builder builder() {
        return new Builder();
    }

    /** The plan of a service that has nothing to do before it is ready. */
    public static StartupPlan empty() {
        return builder().build();
    }

    /** A builder with all that this plan has, for one that has more or differs. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        stages.forEach(builder::stage);
        return builder.readyAfter(readyAfter)
                .settle(settle)
                .collection(collection)
                .historyFile(historyFile)
                .gate(gate);
    }

    /** The stages in the order in which they run, as long as memory allows it. */
    public List<StartupStage> stages() {
        return stages;
    }

    /** The lowest tier that readiness waits for. */
    public StageTier readyAfter() {
        return readyAfter;
    }

    /** Whether readiness waits for {@code stage}. */
    public boolean isNeededForReadiness(StartupStage stage) {
        return stage.tier().compareTo(readyAfter) <= 0;
    }

    /** How long the memory may take to come to rest after a stage. */
    public Duration settle() {
        return settle;
    }

    /** When a stage is followed by a collection. */
    public Collection collection() {
        return collection;
    }

    /** Where it is kept what each stage took. */
    public @Nullable Path historyFile() {
        return historyFile;
    }

    /** Applies the plan's settings to {@code builder}. */
    @CanIgnoreReturnValue
    MemoryGate.Builder configured(MemoryGate.Builder builder) {
        gate.accept(builder);
        return builder;
    }

    /** When a stage after which the committed heap has grown by more than a quarter is followed by a collection. */
    public enum Collection {
        /**
         * While the service is not ready, so that no request waits for it; later once at most, for stages that have waited
         * long and lack nothing but room in the heap.
         */
        BEFORE_READY,
        /** After the background stages too. */
        ALWAYS,
        /** Never. */
        NEVER
    }

    /** Builds plans. Not thread-safe. */
    public static final class Builder {
        private static final Duration MAX_SETTLE = Duration.ofMinutes(5);

        private final Map<String, StartupStage> stages = new LinkedHashMap<>();
        private StageTier readyAfter = StageTier.CRITICAL;
        private Duration settle = Duration.ofSeconds(2);
        private Collection collection = Collection.BEFORE_READY;
        private @Nullable Path historyFile;
        private Consumer<? super MemoryGate.Builder> gate = builder -> {};

        private Builder() {}

        /**
         * Adds a stage. Those of one tier run in the order in which they are added, unless they depend on one another.
         *
         * @throws IllegalArgumentException if there is one of that name already
         */
        @CanIgnoreReturnValue
        public Builder stage(StartupStage stage) {
            checkArgument(
                    stages.putIfAbsent(stage.name(), stage) == null, "stage '%s' was added already", stage.name());
            return this;
        }

        /** Adds a stage with all defaults: critical, 5 min, nothing known of its memory. */
        @CanIgnoreReturnValue
        public Builder stage(String name, StartupStage.Action action) {
            return stage(StartupStage.builder(name, action).build());
        }

        /**
         * Adds a background stage that makes a value which is to be made when the service is ready or idle; a failure is
         * left to the value's first use.
         *
         * @throws IllegalArgumentException if it is made on first use, or there is a stage of that name already
         */
        @CanIgnoreReturnValue
        public Builder deferred(Deferred<?> value) {
            checkArgument(
                    value.when() != Deferred.When.FIRST_USE,
                    "'%s' is made on first use and needs no stage",
                    value.name());
            StartupStage.Builder stage = StartupStage.builder(value.name(), context -> {
                        Object unused = value.get();
                    })
                    .tier(StageTier.BACKGROUND);
            return stage(value.when() == Deferred.When.IDLE ? stage.whenIdle().build() : stage.build());
        }

        /** Sets the lowest tier that readiness waits for. Default: {@link StageTier#CRITICAL}. */
        @CanIgnoreReturnValue
        public Builder readyAfter(StageTier tier) {
            this.readyAfter = tier;
            return this;
        }

        /**
         * Sets how long the memory may take to come to rest after a stage, before another stage or another instance
         * begins. Default: 2 s.
         *
         * @throws IllegalArgumentException if it is negative or above 5 min
         */
        @CanIgnoreReturnValue
        public Builder settle(Duration settle) {
            checkArgument(
                    !settle.isNegative() && settle.compareTo(MAX_SETTLE) <= 0,
                    "settle must be between 0 and 5 min: %s",
                    settle);
            this.settle = settle;
            return this;
        }

        /** Sets when a stage is followed by a collection. Default: {@link Collection#BEFORE_READY}. */
        @CanIgnoreReturnValue
        public Builder collection(Collection collection) {
            this.collection = collection;
            return this;
        }

        /**
         * Sets a file on a writable volume that keeps what each stage took, so that the next start knows. A file that
         * cannot be read or written is ignored with a warning. Default: none.
         */
        @CanIgnoreReturnValue
        public Builder historyFile(@Nullable Path file) {
            this.historyFile = file;
            return this;
        }

        /** Configures the memory gate, after whatever was told to configure it before. */
        @CanIgnoreReturnValue
        public Builder gate(Consumer<? super MemoryGate.Builder> configure) {
            Consumer<? super MemoryGate.Builder> before = gate;
            this.gate = builder -> {
                before.accept(builder);
                configure.accept(builder);
            };
            return this;
        }

        /**
         * The plan.
         *
         * @throws IllegalArgumentException if a stage depends on one that does not exist, that has a lower tier, or on
         *     itself through others, or if the gate refuses its configuration
         */
        public StartupPlan build() {
            return new StartupPlan(this);
        }
    }
}
