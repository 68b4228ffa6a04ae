/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The ways to wait for a permit of one limiter: as a thread, as a stage. Thread-safe. */
final class Waiting {
    /*
     * Timers: a thread parks for as long as it may wait. A stage has a timer of the JDK's own scheduler of futures, which
     * is taken back when the stage completes; what runs there is a few lines of ours.
     *
     * Code of others, which is what depends on a stage, is run by a pool, or where its owner wants it: a thread that
     * releases has a request of its own to end, and would otherwise serve one after the other, each in the end of the last.
     * Where its owner wants it there, that is what happens, but one after the other is not one within the other: what is
     * handed over while a thread hands over waits until it has done that, or the stack would not do.
     *
     * An executor may take a hand-over and never run it, as one that was shut down meanwhile. What is not run when the
     * stage has ended, or some time after the wait has, is run by the pool; whoever comes first runs it.
     */

    /** How long a hand-over is left to an executor of others once its call's time is over. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What this thread is handing over, and what it has yet to; null if nothing. */
    private static final ThreadLocal<@Nullable Queue<StageWaiter>> HANDING_OVER = new ThreadLocal<>();

    /** Far from what times and timers overflow at. */
    private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(365);

    private final DefaultConcurrencyLimiter limiter;
    private final Admittance admittance;
    private final AdmissionWord word;
    private final Background background;
    private final WaitQueue queue;

    /** Written by whoever configures, read by those that may wait. */
    private volatile int maxWaiters;

    Waiting(
            DefaultConcurrencyLimiter limiter,
            Admittance admittance,
            AdmissionWord word,
            int maxWaiters,
            Background background) {
        this.limiter = limiter;
        this.admittance = admittance;
        this.word = word;
        this.maxWaiters = maxWaiters;
        this.background = background;
        this.queue = new WaitQueue(word, admittance, admittance::now, this::maxWaiters);
    }

    /** Due after every change that somebody may wait for. */
    void handOver() {
        if (word.hasWaiters()) {
            queue.handOver();
        }
    }

    /** Due about every 100 ms. */
    void beat() {
        if (word.hasWaiters()) {
            queue.beat();
        }
    }

    /** How many may wait; null for as many as the limit is. */
    @Nullable
    Integer configuredMax() {
        int max = maxWaiters;
        return max == ConcurrencyLimiter.Builder.AS_MANY_AS_RUN ? null : max;
    }

    /** Changes how many may wait. Those that are too many go on waiting. */
    void max(@Nullable Integer changed) {
        maxWaiters = changed == null ? ConcurrencyLimiter.Builder.AS_MANY_AS_RUN : checkMax(changed);
    }

    static int checkMax(int maxWaiters) {
        checkArgument(
                maxWaiters >= 0 && maxWaiters <= ConcurrencyLimiter.MAX_LIMIT,
                "maxWaiters must be between 0 and %s: %s",
                ConcurrencyLimiter.MAX_LIMIT,
                maxWaiters);
        return maxWaiters;
    }

    WaitingStats stats() {
        return queue.stats();
    }

    long acquireTicket(Route route, CallContext context, Duration atMost) throws InterruptedException {
        long nanos = nanos(route, context, atMost);
        boolean waits = mayWait(nanos);
        long ticket = admittance.admit(route, context, waits);
        if (!Ticket.isRefusal(ticket)) {
            return ticket;
        }
        if (!waits || Ticket.reason(ticket) != RejectionReason.LIMIT) {
            throw RejectedException.of(Ticket.reason(ticket));
        }
        ThreadWaiter waiter = new ThreadWaiter(route, admittance.now() + nanos);
        queue.enter(waiter);
        for (long left = nanos; !waiter.isSettled(); left = queue.expire(waiter)) {
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                admittance.waited(waiter);
                if (queue.withdraw(waiter)) {
                    Object unused = admittance.refuseWaiter(route, context, RejectionReason.QUEUE);
                } else if (waiter.ticket() != ConcurrencyLimiter.REFUSED) {
                    limiter.release(waiter.ticket(), route, Outcome.IGNORED);
                } else {
                    RejectionReason refusal = waiter.refusal();
                    Object unused = refusal == null ? null : admittance.refuseWaiter(route, context, refusal);
                }
                throw new InterruptedException("while it waited for a permit of " + limiter.name());
            }
        }
        admittance.waited(waiter);
        RejectionReason refusal = waiter.refusal();
        if (refusal != null) {
            throw admittance.refuseWaiter(route, context, refusal);
        }
        return waiter.ticket();
    }

    CompletionStage<Permit> acquireAsync(Route route, CallContext context, Duration atMost) {
        return acquireAsync(route, context, atMost, background);
    }

    CompletionStage<Permit> acquireAsync(Route route, CallContext context, Duration atMost, Executor executor) {
        long nanos = nanos(route, context, atMost);
        boolean waits = mayWait(nanos);
        long ticket = admittance.admit(route, context, waits);
        return Ticket.isRefusal(ticket)
                ? waits ? enter(ticket, route, context, nanos, executor) : failed(ticket)
                : CompletableFuture.completedFuture(limiter.permit(ticket, route));
    }

    <T extends @Nullable Object> CompletionStage<T> callAsync(
            Route route, CallContext context, Duration atMost, Supplier<? extends CompletionStage<T>> action) {
        long nanos = nanos(route, context, atMost);
        boolean waits = mayWait(nanos);
        long ticket = admittance.admit(route, context, waits);
        if (!Ticket.isRefusal(ticket)) {
            return limiter.start(limiter.permit(ticket, route), context, action);
        }
        if (!waits) {
            return failed(ticket);
        }
        CompletableFuture<Permit> acquired = enter(ticket, route, context, nanos, background);
        CompletableFuture<T> result = new CompletableFuture<>();
        // What depends on a stage is not called if it has been completed itself; what these return nobody else can
        // complete, and so a permit always finds its end.
        Object unusedRun = acquired.handle((permit, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (result.isDone()) {
                permit.close();
            } else {
                start(permit, context, action, result);
            }
            return true;
        });
        whenDone(result, () -> acquired.cancel(false));
        return result;
    }

    private static <T> CompletableFuture<T> failed(long refusal) {
        return CompletableFuture.failedFuture(RejectedException.of(Ticket.reason(refusal)));
    }

    private <T extends @Nullable Object> void start(
            Permit permit,
            CallContext context,
            Supplier<? extends CompletionStage<T>> action,
            CompletableFuture<T> result) {
        try {
            Object unused = limiter.start(permit, context, action).whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    /** The stage that {@code whenComplete} returns would fail with {@code stage}, and take a stack trace for that. */
    private static void whenDone(CompletableFuture<?> stage, Runnable action) {
        Object unused = stage.handle((value, failure) -> {
            action.run();
            return true;
        });
    }

    private CompletableFuture<Permit> enter(
            long refusal, Route route, CallContext context, long nanos, Executor executor) {
        if (Ticket.reason(refusal) != RejectionReason.LIMIT) {
            return failed(refusal);
        }
        StageWaiter waiter = new StageWaiter(route, context, admittance.now() + nanos, executor);
        try {
            queue.enter(waiter);
            if (!waiter.ran.get()) {
                waiter.expireIn(nanos);
            }
        } catch (Throwable e) {
            // Without a timer it might wait for ever; what it may have got goes to the next.
            waiter.stage.completeExceptionally(e);
        }
        return waiter.stage;
    }

    /** Whether a call that is not admitted now may wait for so long. */
    private boolean mayWait(long nanos) {
        return nanos > 0 && maxWaiters != 0 && !word.closed();
    }

    private int maxWaiters() {
        int max = maxWaiters;
        return max == ConcurrencyLimiter.Builder.AS_MANY_AS_RUN ? word.limit() : max;
    }

    /** No longer than an answer would come in time. */
    private static long nanos(Route route, CallContext context, Duration atMost) {
        long nanos = Math.min(LONGEST_NANOS, TimeUnit.NANOSECONDS.convert(atMost));
        return context.hasDeadline() ? Math.min(nanos, PriorityThreshold.hopeNanos(route, context)) : nanos;
    }

    /** Runs what must not be run by who releases. Thread-safe. */
    interface Background extends Executor {
        Background JDK = new Background() {
            private final Executor pool = new CompletableFuture<>().defaultExecutor();

            @Override
            public void execute(Runnable task) {
                pool.execute(task);
            }

            @Override
            public Runnable schedule(Runnable task, long nanos) {
                CompletableFuture<@Nullable Void> timer =
                        new CompletableFuture<@Nullable Void>().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
                Object unused = timer.thenRun(task);
                return () -> timer.cancel(false);
            }
        };

        /** Runs {@code task}, which is short, later; returns what makes that undone. */
        Runnable schedule(Runnable task, long nanos);
    }

    private static final class ThreadWaiter extends Waiter {
        private final Thread thread = Thread.currentThread();

        ThreadWaiter(Route route, long deadlineNanos) {
            super(route, deadlineNanos);
        }

        @Override
        void tell() {
            LockSupport.unpark(thread);
        }
    }

    private final class StageWaiter extends Waiter implements Runnable {
        private final CallContext context;
        private final Executor executor;
        private final CompletableFuture<Permit> stage = new CompletableFuture<>();
        private final @Nullable AdmissionListener listener = admittance.listenerOfWaiting();

        /** Raised by whoever runs it first: an executor may run it and fail all the same. */
        private final AtomicBoolean ran = new AtomicBoolean();

        StageWaiter(Route route, CallContext context, long deadlineNanos, Executor executor) {
            super(route, deadlineNanos);
            this.context = context;
            this.executor = executor;
            whenDone(stage, () -> {
                if (queue.withdraw(this)) {
                    // Nothing is left to be handed over.
                    ran.set(true);
                    // Who gave up waiting was demand, too.
                    admittance.waited(this, listener);
                    Object unusedRefusal = admittance.refuseWaiter(route, context, RejectionReason.QUEUE, listener);
                } else {
                    runElsewhere();
                }
            });
        }

        void expireIn(long nanos) {
            Runnable cancel = background.schedule(this::expire, nanos);
            whenDone(stage, cancel);
        }

        private void expire() {
            long left = queue.expire(this);
            if (left > 0) {
                // The limiter's clock is behind the timer's.
                expireIn(left);
            } else if (!ran.get()) {
                Runnable cancel = background.schedule(this::runElsewhere, PATIENCE_NANOS);
                whenDone(stage, cancel);
            }
        }

        @Override
        void tell() {
            // Whose turn it is must not be lost with an event loop that has ended, or for want of a thread.
            if (!isTakenBy(executor)) {
                runElsewhere();
            }
        }

        private void runElsewhere() {
            if (!ran.get() && !isTakenBy(background)) {
                run();
            }
        }

        private boolean isTakenBy(Executor other) {
            try {
                other.execute(this);
                return true;
            } catch (Throwable e) {
                return false;
            }
        }

        @Override
        public void run() {
            Queue<StageWaiter> before = HANDING_OVER.get();
            if (before != null) {
                before.add(this);
                return;
            }
            Queue<StageWaiter> next = new ArrayDeque<>();
            HANDING_OVER.set(next);
            try {
                for (StageWaiter waiter = this; waiter != null; waiter = next.poll()) {
                    waiter.complete();
                }
            } finally {
                HANDING_OVER.remove();
                // There are some only if all went wrong.
                next.forEach(StageWaiter::runElsewhere);
            }
        }

        private void complete() {
            if (!ran.compareAndSet(false, true)) {
                return;
            }
            try {
                admittance.waited(this, listener);
                RejectionReason refusal = refusal();
                if (refusal == null) {
                    handOver(limiter.permit(ticket(), route()));
                } else {
                    stage.completeExceptionally(admittance.refuseWaiter(route(), context, refusal, listener));
                }
            } catch (Throwable e) {
                // The next ones have their turn all the same.
                stage.completeExceptionally(e);
            }
        }

        private void handOver(Permit permit) {
            boolean taken = false;
            try {
                taken = stage.complete(permit);
            } catch (Throwable e) {
                taken = holds(permit);
                throw e;
            } finally {
                if (!taken) {
                    permit.close();
                }
            }
        }

        private boolean holds(Permit permit) {
            return stage.isDone() && !stage.isCompletedExceptionally() && stage.join() == permit;
        }
    }
}
