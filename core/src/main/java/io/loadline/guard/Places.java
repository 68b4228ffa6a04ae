/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The places for calls to one dependency: a bulkhead that can shrink under load without waiting. Thread-safe. */
final class Places {
    /*
     * The bulkhead's own way to shrink acquires the places that go, uninterruptibly and under a lock: while calls hang, so
     * would whoever turns the knob. So its size only ever grows. Places that are to go are taken out where they are free,
     * without waiting (withheld); the rest is owed and paid by calls that end, whose places are withheld instead of given
     * back. size = limit + withheld + owed.
     *
     * Between a call that ends and a knob that is turned one place may be given back that was to be withheld; the next
     * call that ends pays for it.
     *
     * Beside the bulkhead there is a reserve for the probes of a half-open breaker: calls that hang may hold all places, and
     * without a probe nobody would ever find out that the dependency has recovered.
     *
     * A call that hangs on after the dependency has recovered is lost, most likely with its connection. Its place is given
     * back, but at most as many times as there are places, or a dependency that hangs, recovers and hangs again would
     * take one thread after the other. So no more than 2 * limit + reserve calls ever hang.
     */
    private final Bulkhead bulkhead;
    private final int reserve;

    /** Written by probes that begin and end, under all circumstances between 0 and {@link #reserve}. */
    private final AtomicInteger reserveTaken = new AtomicInteger();

    /** Places that are free but not to be had; written by {@link #limit(int)} and by calls that end. */
    private final AtomicInteger withheld = new AtomicInteger();

    /** Places that calls which end do not give back; written by the same. */
    private final AtomicInteger owed = new AtomicInteger();

    /** Calls that run without a place, as theirs was given back; written by the beat and by calls that end. */
    private final AtomicInteger lost = new AtomicInteger();

    /** Written under the monitor, read by anybody. */
    private volatile int limit;

    @GuardedBy("this")
    private int size;

    Places(String name, int limit, int reserve) {
        this.bulkhead = Bulkhead.of(name, config(limit));
        this.limit = limit;
        this.size = limit;
        this.reserve = reserve;
    }

    boolean tryTake() {
        return bulkhead.tryAcquirePermission();
    }

    boolean tryTakeReserve() {
        return reserveTaken.getAndUpdate(taken -> taken < reserve ? taken + 1 : taken) < reserve;
    }

    void giveBack(boolean fromReserve) {
        if (fromReserve) {
            reserveTaken.decrementAndGet();
        } else if (tryPay()) {
            withheld.incrementAndGet();
        } else {
            bulkhead.releasePermission();
        }
    }

    /** Whether one more call may run on without its place; if so, that is to be given back. */
    boolean tryLose() {
        int most = limit;
        return lost.getAndUpdate(now -> now < most ? now + 1 : now) < most;
    }

    /** A lost call has ended after all. */
    void found() {
        lost.decrementAndGet();
    }

    int lost() {
        return lost.get();
    }

    int limit() {
        return limit;
    }

    /** Changes how many calls may run. Never waits: if more do, their number falls as they end. */
    synchronized void limit(int changed) {
        int more = changed - limit;
        limit = changed;
        for (; more < 0; more++) {
            owed.incrementAndGet();
        }
        // What is free is withheld at once: taken, and given back to whom something is owed.
        while (owed.get() > 0 && bulkhead.tryAcquirePermission()) {
            giveBack(false);
        }
        while (more > 0 && tryPay()) {
            more--;
        }
        while (more > 0 && tryTakeWithheld()) {
            bulkhead.releasePermission();
            more--;
        }
        if (more > 0) {
            size += more;
            bulkhead.changeConfig(config(size));
        }
    }

    private boolean tryPay() {
        return owed.get() > 0 && owed.getAndUpdate(now -> now > 0 ? now - 1 : now) > 0;
    }

    private boolean tryTakeWithheld() {
        return withheld.getAndUpdate(now -> now > 0 ? now - 1 : now) > 0;
    }

    private static BulkheadConfig config(int size) {
        return BulkheadConfig.custom()
                .maxConcurrentCalls(size)
                .maxWaitDuration(Duration.ZERO)
                .fairCallHandlingStrategyEnabled(false)
                .writableStackTraceEnabled(false)
                .build();
    }
}
