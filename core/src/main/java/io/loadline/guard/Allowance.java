/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.util.Map;
import java.util.function.Supplier;

/** What one client, or several that share it, may still take in this period. Thread-safe. */
final class Allowance implements Supplier<Long> {
    /*
     * The engine is Resilience4j's AtomicRateLimiter: periods of fixed length, counted from a first reading of the clock.
     * That reading comes from here, as all others, so the end of a period is known without asking the engine, and a changed
     * limit goes on in the periods of the one before: whoever changes it often neither refills nor starves anybody. The
     * constructor that takes the clock is the one of the class and not of the interface.
     *
     * Nothing comes back within a period. So the first refusal of a single permit is remembered until its end: those after it
     * are spared the engine, in which all requests of a flood would meet at one reference.
     */
    private static final String NAME = "quota";

    final QuotaTerms terms;
    private final QuotaClock clock;
    private final long originNanos;
    private final RateLimiter engine;

    /** What was used under limits before, beyond this one; until then, in nanoseconds after the origin. */
    private final int owed;

    private final long owedUntilNanos;

    /** When the cache was last told that it is in use. Written and read by whoever asks; twice does no harm. */
    private volatile long touchedNanos;

    /** Nanoseconds after the origin; 0 while there may be permits. Written and read by whoever asks; never too late. */
    private volatile long emptyUntilNanos;

    /** A full one, whose first period begins now. */
    Allowance(QuotaClock clock, QuotaTerms terms) {
        this(clock, terms, clock.read(), 0, 0);
    }

    @SuppressWarnings("NullAway") // the engine takes its first reading before there is an engine
    private Allowance(QuotaClock clock, QuotaTerms terms, long originNanos, int owed, long owedUntilNanos) {
        this.clock = clock;
        this.terms = terms;
        this.originNanos = originNanos;
        this.owed = owed;
        this.owedUntilNanos = owedUntilNanos;
        this.touchedNanos = clock.read();
        this.engine = new AtomicRateLimiter(NAME, terms.config, Map.of(), this);
    }

    /** The same client under another limit: what it has used of the present period stays used. */
    Allowance under(QuotaTerms changed) {
        long sinceOrigin = clock.read() - originNanos;
        long used = terms.permits - engine.getMetrics().getAvailablePermissions();
        if (sinceOrigin < owedUntilNanos) {
            used += owed;
        }
        int taken = (int) Math.min(used, changed.permits);
        int rest = (int) Math.min(used - taken, Integer.MAX_VALUE);
        Allowance next = new Allowance(clock, changed, originNanos, rest, changed.periodEnd(sinceOrigin));
        if (taken > 0) {
            long unused = next.engine.reservePermission(taken);
        }
        return next;
    }

    /** Whether so much time has passed since it last was; then it begins anew. */
    boolean isTouchDue(long everyNanos) {
        long now = clock.read();
        if (now - touchedNanos < everyNanos) {
            return false;
        }
        touchedNanos = now;
        return true;
    }

    /** Whether {@link #tryTake} would; somebody else may take them before. */
    boolean has(int permits) {
        int wanted = Math.min(permits, terms.permits);
        return (emptyUntilNanos == 0 || !isEmpty()) && engine.getMetrics().getAvailablePermissions() >= wanted;
    }

    /** Takes permits if there are as many. More than the limit count as the limit: all that a period has. */
    boolean tryTake(int permits) {
        int wanted = Math.min(permits, terms.permits);
        if (emptyUntilNanos != 0 && isEmpty()) {
            return false;
        }
        return engine.reservePermission(wanted) >= 0 || tryTakeAgain(wanted);
    }

    /** The refusal that is remembered must have come after the reading: a new period may have begun before it. */
    private boolean tryTakeAgain(int wanted) {
        long end = terms.periodEnd(clock.read() - originNanos);
        if (engine.reservePermission(wanted) >= 0) {
            return true;
        }
        if (wanted == 1) {
            emptyUntilNanos = end;
        }
        return false;
    }

    private boolean isEmpty() {
        if (clock.read() - originNanos < emptyUntilNanos) {
            return true;
        }
        emptyUntilNanos = 0;
        return false;
    }

    /** Until the next period, in which there are permits again. */
    long waitNanos() {
        long sinceOrigin = clock.read() - originNanos;
        return terms.periodEnd(sinceOrigin) - sinceOrigin;
    }

    /** The engine's clock. */
    @Override
    @SuppressWarnings("ConstantValue")
    public Long get() {
        return engine == null ? originNanos : clock.read();
    }
}
