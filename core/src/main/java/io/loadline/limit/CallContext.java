/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.MustBeClosed;
import io.loadline.internal.LogContext;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one call beside its route: how much it matters, whom it is for, how long its caller waits, how often he has
 * tried. Immutable.
 *
 * <pre>{@code
 * CallContext context = CallContext.of(Criticality.SHEDDABLE).cohort(userId).timeout(Duration.ofSeconds(2));
 * Report report = limiter.call(route, context, () -> backend.report(id));
 * }</pre>
 */
public final class CallContext {
    /*
     * The current one is kept in a plain ThreadLocal that is set for the time of a handler: one entry per thread, virtual
     * or not, removed at its end. It is not inherited: a thread that is started meanwhile may outlive the call, and has
     * another criticality and no deadline. Whoever hands work on hands the context on with it. Where a framework does that
     * itself, it is asked: CallContextSource.
     *
     * The logger's context is touched only where the criticality is another one than outside: where none is told, which is
     * where most services are, nothing is.
     */

    /** Nothing is known: the route's own criticality, no cohort, no deadline, the first attempt. */
    public static final CallContext NONE = new CallContext(null, -1, null, 0, null, 1);

    /** The name under which adapters keep the context of a request among its attributes. */
    public static final String ATTRIBUTE = CallContext.class.getName();

    /** The key in the logger's context, MDC, of the criticality of the call that a thread works on; absent if it has none. */
    public static final String MDC_CRITICALITY = "loadline.criticality";

    /** Cohorts per class. */
    static final int COHORTS = 128;

    private static final int COHORT_SHIFT = Integer.SIZE - Integer.numberOfTrailingZeros(COHORTS);
    private static final CallContext[] BY_CRITICALITY = new CallContext[Criticality.COUNT];
    private static final ThreadLocal<@Nullable CallContext> CURRENT = new ThreadLocal<>();

    private static final List<CallContextSource> SOURCES =
            ServiceLoader.load(CallContextSource.class, CallContext.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    static {
        for (Criticality each : Criticality.values()) {
            BY_CRITICALITY[each.ordinal()] = new CallContext(each, -1, null, 0, null, 1);
        }
    }

    private final @Nullable Criticality criticality;
    private final int cohort;

    /** Null without a deadline. */
    private final @Nullable Ticker ticker;

    private final long deadlineNanos;

    private final @Nullable RequestTiming timing;

    private final int attempt;

    private CallContext(
            @Nullable Criticality criticality,
            int cohort,
            @Nullable Ticker ticker,
            long deadlineNanos,
            @Nullable RequestTiming timing,
            int attempt) {
        this.criticality = criticality;
        this.cohort = cohort;
        this.ticker = ticker;
        this.deadlineNanos = deadlineNanos;
        this.timing = timing;
        this.attempt = attempt;
    }

    /** A call of which only the criticality is known; always the same object. */
    public static CallContext of(Criticality criticality) {
        return BY_CRITICALITY[criticality.ordinal()];
    }

    /** The context of the call that this thread works on, {@link #NONE} without one. */
    public static CallContext current() {
        CallContext current = CURRENT.get();
        return current == null ? ofFramework() : current;
    }

    private static CallContext ofFramework() {
        for (CallContextSource source : SOURCES) {
            CallContext current = source.current();
            if (current != null) {
                return current;
            }
        }
        return NONE;
    }

    /**
     * Makes this the {@link #current()} context of this thread until the scope is closed, by the same thread. Its criticality
     * is in the logger's context for as long, see {@link #MDC_CRITICALITY}.
     */
    @MustBeClosed
    public Scope open() {
        CallContext before = CURRENT.get();
        CURRENT.set(this);
        if (criticality == (before == null ? null : before.criticality)) {
            return () -> restore(before);
        }
        String logged = LogContext.put(MDC_CRITICALITY, criticality == null ? null : criticality.tag());
        return () -> {
            restore(before);
            LogContext.put(MDC_CRITICALITY, logged);
        };
    }

    private static void restore(@Nullable CallContext before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** How much the call matters; null if its route tells. */
    public @Nullable Criticality criticality() {
        return criticality;
    }

    /** The same context with this criticality, whatever the call's route says. */
    public CallContext criticality(Criticality changed) {
        return ticker == null && cohort < 0 && timing == null && attempt == 1
                ? of(changed)
                : new CallContext(changed, cohort, ticker, deadlineNanos, timing, attempt);
    }

    /**
     * The same context for whoever {@code key} names: a user, a tenant, a session. Where not all calls of one criticality
     * can be served, those of one key are served or refused together, and whose they are changes all the time.
     */
    public CallContext cohort(String key) {
        int hash = key.hashCode();
        // Hash codes of similar strings are similar; this is the finalizer of MurmurHash3, in the public domain.
        hash = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >>> 13)) * 0xC2B2AE35;
        return new CallContext(
                criticality, (hash ^ (hash >>> 16)) >>> COHORT_SHIFT, ticker, deadlineNanos, timing, attempt);
    }

    /**
     * The same context of a caller who waits so much longer from now on.
     *
     * @throws IllegalArgumentException if {@code timeout} is negative
     */
    public CallContext timeout(Duration timeout) {
        return timeout(timeout, Ticker.system());
    }

    /** {@link #timeout(Duration)} by another ticker. */
    public CallContext timeout(Duration timeout, Ticker by) {
        checkArgument(!timeout.isNegative(), "timeout must not be negative: %s", timeout);
        // Beyond that, differences of readings would wrap.
        long nanos = timeout.compareTo(Duration.ofDays(36_500)) < 0 ? timeout.toNanos() : Long.MAX_VALUE / 2;
        return new CallContext(criticality, cohort, by, by.read() + nanos, timing, attempt);
    }

    /** The same context of a request whose waiting for others {@code changed} takes down; null if nobody does. */
    public CallContext timing(@Nullable RequestTiming changed) {
        return new CallContext(criticality, cohort, ticker, deadlineNanos, changed, attempt);
    }

    /**
     * The same context of the {@code number}th attempt at one piece of work. Where calls are shed those after the first are no
     * further demand: callers that try again ask for no more than they did. They are served or refused like others.
     *
     * @param number 1 for the first
     * @throws IllegalArgumentException if {@code number < 1}
     */
    public CallContext attempt(int number) {
        if (number == attempt) {
            return this;
        }
        checkArgument(number >= 1, "attempt must be at least 1: %s", number);
        return new CallContext(criticality, cohort, ticker, deadlineNanos, timing, number);
    }

    /** Which attempt it is; 1 for the first, and if that is not known. */
    public int attempt() {
        return attempt;
    }

    /** What takes down how long the request waits for others; null if nobody does. */
    public @Nullable RequestTiming timing() {
        return timing;
    }

    /** How long the caller still waits, at least zero; empty if that is not known. */
    public Optional<Duration> remaining() {
        return ticker == null ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, remainingNanos())));
    }

    boolean hasDeadline() {
        return ticker != null;
    }

    /** Negative after the deadline, {@link Long#MAX_VALUE} without one. */
    long remainingNanos() {
        return ticker == null ? Long.MAX_VALUE : deadlineNanos - ticker.read();
    }

    /** 0 to {@link #COHORTS} - 1, or negative without one. */
    int cohort() {
        return cohort;
    }

    @Override
    public String toString() {
        return "CallContext[criticality=" + criticality + ", cohort=" + cohort + ", remaining=" + remaining() + "]";
    }

    /** The time in which a context is the current one of its thread. Not thread-safe. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        /** Brings back what was current before. */
        @Override
        void close();
    }
}
