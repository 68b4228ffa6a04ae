/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.availability.StateChange;
import io.loadline.memory.JvmFlags;
import io.loadline.memory.MemoryReader;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Starts a service: runs the stages of a plan one after the other, each when there is memory for it, and makes the service
 * ready when those are done that readiness waits for. Thread-safe; a service starts once.
 *
 * <p>A service that is told to go, or that breaks, does not go on starting: the running stage is interrupted, and left
 * behind if it ignores that.
 */
public final class Startup implements AutoCloseable {
    private final Builder builder;
    private final Availability availability;
    private final Registration changes;
    private final CompletableFuture<StartupReport> ended = new CompletableFuture<>();

    /** Replaced under the lock, and not once it has begun; read by everybody, never stale. */
    private volatile Course course;

    /** Keeps the service from becoming ready past stages that nobody has begun. */
    @GuardedBy("this")
    private Registration refusal;

    private Startup(Builder builder) {
        this.builder = builder;
        this.availability = builder.availability;
        this.course = course(builder.plan);
        this.refusal = refusal(builder.plan);
        this.changes = availability.listen(this::cancelIfOver);
    }

    private Course course(StartupPlan plan) {
        MemoryGate gate = plan.configured(MemoryGate.builder(builder.memory, builder.ticker))
                .build();
        StageHistory history = StageHistory.load(plan.historyFile());
        List<StageRecord> records = StageRecord.of(plan, gate, history);
        List<String> warnings = records.isEmpty() ? List.of() : Settler.warnings(builder.flags);
        Progress progress = new Progress(builder.ticker, gate, records, warnings);
        StageLoop loop = new StageLoop(plan, builder, gate, history, records, progress, this::end);
        return new Course(plan, progress, loop);
    }

    /** A builder for the start of the service that has {@code availability}. */
    public static Builder builder(StartupPlan plan, Availability availability, MemoryReader memory) {
        return new Builder(plan, availability, memory);
    }

    /** What is to be done. */
    public StartupPlan plan() {
        return course.plan;
    }

    /**
     * Replaces the plan given to the builder, where all stages are known only when the application is complete. Does
     * nothing if the start was cancelled.
     *
     * @throws IllegalStateException if it has begun
     */
    public synchronized void plan(StartupPlan plan) {
        if (course.progress.hasBegun()) {
            throw new IllegalStateException("the start has begun, its plan cannot be replaced");
        }
        if (course.progress.cancelled() == null) {
            course = course(plan);
            Registration before = refusal;
            refusal = refusal(plan);
            before.close();
        }
    }

    /**
     * Begins, once the server listens: the service is WARMING when this returns, or READY if readiness waits for no stage.
     *
     * @param reason why, in a few words for people
     * @return whether this call began it; it was neither begun nor cancelled before
     */
    @CanIgnoreReturnValue
    public boolean begin(String reason) {
        Course begun;
        synchronized (this) {
            begun = course;
            if (!begun.progress.begin()) {
                return false;
            }
            refusal.close();
        }
        StartupPlan plan = begun.plan;
        if (plan.stages().stream().anyMatch(plan::isNeededForReadiness)) {
            availability.warming(reason + ", " + plan.stages().size() + " startup stages to run");
        } else if (begun.progress.ready()) {
            availability.ready(reason);
        }
        if (plan.stages().isEmpty()) {
            end();
        } else {
            lead(begun.loop);
        }
        return true;
    }

    /**
     * Ends the start: no further stage begins, and the one that runs is interrupted. Does not wait for it.
     *
     * @param reason why, in a few words for people
     * @return whether this call did it; the start was neither over nor cancelled before
     */
    @CanIgnoreReturnValue
    public boolean cancel(String reason) {
        Progress progress;
        boolean cancels;
        synchronized (this) {
            progress = course.progress;
            cancels = progress.cancel(reason);
            if (cancels) {
                refusal.close();
            }
        }
        if (cancels && !progress.hasBegun()) {
            end();
        }
        return cancels;
    }

    /**
     * Waits until all stages have ended, at most {@code timeout}; returns whether they have.
     *
     * @throws InterruptedException if the waiting thread was interrupted
     */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        try {
            StartupReport unused = ended.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            // It has ended, though without a report.
            return true;
        }
    }

    /** A stage that completes with the last report when all stages have ended; exceptionally if that cannot be made. */
    public CompletionStage<StartupReport> whenEnded() {
        return ended.minimalCompletionStage();
    }

    /** How the start has gone so far. */
    public StartupReport report() {
        return course.progress.report();
    }

    /** Cancels what is not over. */
    @Override
    public void close() {
        cancel("closed");
        changes.close();
    }

    private Registration refusal(StartupPlan plan) {
        return plan.stages().isEmpty()
                ? () -> {}
                : availability.refuseReady(
                        "There are startup stages that nobody has begun: call startup().begin(..), which"
                                + " makes the service ready when they are done, instead of availability().ready(..)");
    }

    private void lead(StageLoop loop) {
        try {
            Thread leader = new Thread(loop::run, "loadline-startup");
            leader.setDaemon(true);
            leader.start();
        } catch (Throwable e) {
            // No thread can be had: nothing would ever make the service ready.
            availability.broken("startup failed: " + e);
            end();
        }
    }

    private void end() {
        try {
            ended.complete(course.progress.end());
        } catch (Throwable e) {
            // No memory for the report: nobody is to wait for it for ever.
            ended.completeExceptionally(e);
        }
    }

    private void cancelIfOver(StateChange change) {
        switch (change.to()) {
            case STARTING, WARMING, READY -> {}
            case DRAINING, STOPPED, BROKEN -> cancel("the service is " + change.to() + ": " + change.reason());
        }
    }

    /** A plan and what becomes of it. */
    private record Course(StartupPlan plan, Progress progress, StageLoop loop) {}

    /** Builds starts. Not thread-safe. */
    public static final class Builder {
        final StartupPlan plan;
        final Availability availability;
        final MemoryReader memory;
        Ticker ticker = Ticker.system();
        BooleanSupplier idle = () -> true;
        LongSupplier completedCalls = () -> 0;
        Consumer<? super Throwable> onFailure = failure -> {};
        Waiter waiter = Waiter.SYSTEM;
        Runnable collector = System::gc;
        JvmFlags flags = JvmFlags.read();

        private Builder(StartupPlan plan, Availability availability, MemoryReader memory) {
            this.plan = plan;
            this.availability = availability;
            this.memory = memory;
        }

        /** Sets where it reads elapsed time. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** Sets what tells whether the service has nothing to do now. Default: it is always idle. */
        @CanIgnoreReturnValue
        public Builder idle(BooleanSupplier idle) {
            this.idle = idle;
            return this;
        }

        /** Sets who counts the calls that have ended, since one may begin and end between two looks. Default: there are none. */
        @CanIgnoreReturnValue
        public Builder completedCalls(LongSupplier completedCalls) {
            this.completedCalls = completedCalls;
            return this;
        }

        /** Sets who is told of what a stage throws, whatever its policy makes of it; must not throw. Default: nobody. */
        @CanIgnoreReturnValue
        public Builder onFailure(Consumer<? super Throwable> listener) {
            this.onFailure = listener;
            return this;
        }

        @CanIgnoreReturnValue
        Builder waiter(Waiter waiter) {
            this.waiter = waiter;
            return this;
        }

        @CanIgnoreReturnValue
        Builder collector(Runnable collector) {
            this.collector = collector;
            return this;
        }

        @CanIgnoreReturnValue
        Builder flags(JvmFlags flags) {
            this.flags = flags;
            return this;
        }

        /** A start that has not begun. */
        public Startup build() {
            return new Startup(this);
        }
    }
}
