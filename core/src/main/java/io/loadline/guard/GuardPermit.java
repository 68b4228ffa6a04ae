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
     * the guard's own limit bounds the call. The bits above them tell where the call is among those that run.
     *
     * Each call makes one of these, so it is kept small: what most calls have in common is in their terms.
     *
     * What a call was is asked before it ends: that is code of others, and while it hangs the call is overdue like any.
     */
    static final int ENDED = 1;
    static final int COUNTED = 2;
    static final int TIMED_OUT = 4;
    static final int LOST = 8;
    static final int RESERVE = 16;
    static final int BY_DEADLINE = 32;

    private static final int SLOT_SHIFT = 6;

    private static final VarHandle FLAGS;

    static {
        try {
            FLAGS = MethodHandles.lookup().findVarHandle(GuardPermit.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final GuardTerms terms;
    final long begunNanos;

    /** Where the request's waiting is taken down; null if nowhere. */
    final @Nullable RequestTiming timing;

    /**
     * Written by whoever ends the call and by the beat, by compare-and-set; the slot by the thread that begins the call, before
     * the beat gets to see it. A permit is handed on like any object.
     */
    private int flags;

    GuardPermit(GuardTerms terms, long begunNanos, int flags, @Nullable RequestTiming timing) {
        this.terms = terms;
        this.begunNanos = begunNanos;
        this.flags = flags;
        this.timing = timing;
    }

    /** Ends the permit with {@link GuardOutcome#SUCCESS}; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean success() {
        return end(GuardOutcome.SUCCESS);
    }

    /** Ends the permit with what the guard says that {@code result} is; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean result(@Nullable Object result) {
        return !isEnded() && end(terms.guard().outcomeOfResult(result), null, result);
    }

    /** Ends the permit with what the guard says that {@code failure} is; returns whether it was this call that ended it. */
    @CanIgnoreReturnValue
    public boolean failure(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        return !isEnded() && end(terms.guard().outcomeOf(failure), failure, null);
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
        terms.guard().end(this, seen, outcome, failure, result);
        return true;
    }

    /** Ends the permit with {@link GuardOutcome#CANCELLED} if nothing has ended it before. */
    @Override
    public void close() {
        end(GuardOutcome.CANCELLED);
    }

    /** The time the call has from its beginning: the guard's own limit, or less if its caller waits less long. */
    public Duration timeLimit() {
        return Duration.ofNanos(terms.limitNanos());
    }

    /** The time it still has, at least zero. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, terms.limitNanos() - (terms.guard().now() - begunNanos)));
    }

    /** What to tell a caller who no longer waits, since the time is up; does not end the call. */
    public GuardTimeoutException timeoutException() {
        return new GuardTimeoutException(terms.guard().name(), timeLimit());
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

    /** Notes where this will be among the running calls; there are far less than two to the 25th of them. */
    void at(int slot) {
        flags = (flags & ((1 << SLOT_SHIFT) - 1)) | slot << SLOT_SHIFT;
    }

    int slot() {
        return flags() >>> SLOT_SHIFT;
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
