/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.limit.RequestTiming;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The right to make one call to a dependency. Ends exactly once, by whichever of its methods is first called to end it; what
 * comes later does nothing and returns false. Thread-safe.
 *
 * <pre>{@code
 * try (GuardPermit permit = guard.acquire()) {
 *   Response response = client.send(request, permit.timeLimit());
 *   permit.result(response);
 *   return response;
 * } // closed without an outcome = CANCELLED
 * }</pre>
 *
 * <p>It holds the call's place among those that may run until it ends: end it when the call has really ended, not when one
 * no longer waits for it.
 */
public final class GuardPermit implements AutoCloseable {
    /*
     * One word of flags, changed by compare-and-set. Whoever sets ENDED accounts for the call; the beat sets the others,
     * or a task of its, none of them after ENDED, and accounts for just that:
     *   COUNTED    the breaker has been told of the call, as it is overdue; its end tells it nothing more
     *   TIMED_OUT  the call counts as timed out (or cancelled), whatever comes of it
     *   LOST       the call's place has been given back
     * RESERVE and BY_DEADLINE are set from the beginning: the place is one of the reserve; the caller's deadline and not
     * the guard's own limit bounds the call.
     *
     * What a call was is asked before it ends: that is code of others, and while it hangs the call is overdue like any.
     */
    static final int ENDED = 1;
    static final int COUNTED = 2;
    static final int TIMED_OUT = 4;
    static final int LOST = 8;
    static final int RESERVE = 16;
    static final int BY_DEADLINE = 32;

    private static final VarHandle FLAGS;

    static {
        try {
            FLAGS = MethodHandles.lookup().findVarHandle(GuardPermit.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final DefaultDependencyGuard guard;
    final Object period;
    final long begunNanos;
    final long limitNanos;

    /** Where the request's waiting is taken down; null if nowhere. */
    final @Nullable RequestTiming timing;

    /** What the caller of an asynchronous call waits for. */
    final @Nullable CompletableFuture<?> caller;

    /** Where this is among the running calls; written before it gets there, by the thread that begins the call. */
    private RunningCalls.@Nullable Segment segment;

    private int slot;

    /** Written by whoever ends the call and by the beat, by compare-and-set; a permit is handed on like any object. */
    @SuppressWarnings("UnusedVariable")
    private int flags;

    GuardPermit(
            DefaultDependencyGuard guard,
            Object period,
            long begunNanos,
            long limitNanos,
            int flags,
            @Nullable RequestTiming timing,
            @Nullable CompletableFuture<?> caller) {
        this.guard = guard;
        this.period = period;
        this.begunNanos = begunNanos;
        this.limitNanos = limitNanos;
        this.flags = flags;
        this.timing = timing;
        this.caller = caller;
    }

    /** Ends the permit with {@link GuardOutcome#SUCCESS}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean success() {
        return end(GuardOutcome.SUCCESS);
    }

    /** Ends the permit with what the guard says that {@code result} is; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean result(@Nullable Object result) {
        return !isEnded() && end(guard.outcomeOfResult(result), null, result);
    }

    /** Ends the permit with what the guard says that {@code failure} is; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean failure(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        return !isEnded() && end(guard.outcomeOf(failure), failure, null);
    }

    /** Ends the permit with {@code outcome}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean end(GuardOutcome outcome) {
        Objects.requireNonNull(outcome, "outcome");
        return end(outcome, null, null);
    }

    private boolean end(GuardOutcome outcome, @Nullable Throwable failure, @Nullable Object result) {
        int seen = tryEnd();
        if (seen < 0) {
            return false;
        }
        guard.end(this, seen, outcome, failure, result);
        return true;
    }

    /** Ends the permit with {@link GuardOutcome#CANCELLED} if nothing has ended it before. */
    @Override
    public void close() {
        end(GuardOutcome.CANCELLED);
    }

    /** The time the call has from its beginning: the guard's own limit, or less if its caller waits less long. */
    public Duration timeLimit() {
        return Duration.ofNanos(limitNanos);
    }

    /** The time it still has, at least zero. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, limitNanos - (guard.now() - begunNanos)));
    }

    /** What to tell a caller who no longer waits, since the time is up; does not end the call. */
    public GuardTimeoutException timeoutException() {
        return new GuardTimeoutException(guard.name(), timeLimit());
    }

    /** Whether the call has ended. */
    public boolean isEnded() {
        return is(flags(), ENDED);
    }

    /** The flags before; negative if it had ended. */
    private int tryEnd() {
        return set(ENDED);
    }

    /** Sets a flag of the beat's; false if the call has ended or has it already. */
    boolean mark(int flag) {
        return set(flag) >= 0;
    }

    int flags() {
        return (int) FLAGS.getVolatile(this);
    }

    static boolean is(int flags, int flag) {
        return (flags & flag) != 0;
    }

    void at(RunningCalls.Segment segment, int slot) {
        this.segment = segment;
        this.slot = slot;
    }

    void forget() {
        if (segment != null) {
            segment.remove(slot);
        }
    }

    private int set(int flag) {
        for (; ; ) {
            int seen = flags();
            if (is(seen, ENDED | flag)) {
                return -1;
            }
            if (FLAGS.compareAndSet(this, seen, seen | flag)) {
                return seen;
            }
        }
    }
}
