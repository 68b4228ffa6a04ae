/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The admitted calls that adapters tell of, for the report of who would not finish. Thread-safe.
 *
 * <p>An adapter begins a call right after it got a ticket, inside the block that releases the ticket, and ends it there:
 * <pre>{@code
 * long ticket = limiter.tryAcquireTicket(route);
 * InFlightCall call = null;
 * try {
 *     call = drain.inFlightCalls().begin(route, ticket);
 *     ...
 * } finally {
 *     if (call != null) {
 *         call.end();
 *     }
 *     limiter.release(ticket, route, outcome);
 * }
 * }</pre>
 */
public final class InFlightCalls {
    /*
     * A table of slots, never grown: what is in flight is bounded by the limit, and a report of a thousand lines is none.
     * A thread looks first at the slot its id leads to. It holds one call at a time if it serves that call to its end, so
     * the slot is free and the cache line its own; event loops hold many, and try the next ones, most of them in the same
     * line, and then a few at random. A call that finds none goes without: it is only missing in the report.
     *
     * So would be one of two calls that find the same slot free in the same nanoseconds, of threads whose ids lead there by
     * chance: neither taking a slot nor leaving it is a compare-and-set, which cost more than all else that a request pays
     * for this report. None stays after its end: whoever ends empties the slot if the call in it is his, and if it is not,
     * another has been put over it.
     *
     * Nothing here reads a clock: the ticket tells when the call was admitted. Nothing is allocated after a call has
     * been put into its slot, so an OutOfMemoryError leaves none behind.
     */
    private static final int SLOT_BITS = 12;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int NEAR_PROBES = 8;
    private static final int FURTHER_PROBES = 8;

    private final ConcurrencyLimiter limiter;
    private final AtomicReferenceArray<@Nullable InFlightCall> slots = new AtomicReferenceArray<>(SLOTS);

    InFlightCalls(ConcurrencyLimiter limiter) {
        this.limiter = limiter;
    }

    /** Notes a call that the current thread runs. */
    public InFlightCall begin(Route route, long ticket) {
        return put(new InFlightCall(this, route, ticket, Thread.currentThread()));
    }

    /** Notes a call that no thread is bound to. */
    public InFlightCall beginUnbound(Route route, long ticket) {
        return put(new InFlightCall(this, route, ticket, null));
    }

    private InFlightCall put(InFlightCall call) {
        // Fibonacci hashing: consecutive ids come to lie far apart.
        int slot = (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - SLOT_BITS));
        for (int probe = 0; !tryPut(call, slot) && probe < NEAR_PROBES + FURTHER_PROBES; probe++) {
            slot = probe < NEAR_PROBES
                    ? (slot + 1) % SLOTS
                    : ThreadLocalRandom.current().nextInt(SLOTS);
        }
        return call;
    }

    private boolean tryPut(InFlightCall call, int slot) {
        if (slots.getAcquire(slot) != null) {
            return false;
        }
        call.slot = slot;
        slots.setRelease(slot, call);
        return true;
    }

    void end(InFlightCall call) {
        if (call.slot >= 0 && slots.getAcquire(call.slot) == call) {
            slots.setRelease(call.slot, null);
        }
    }

    /** The {@code most} oldest calls, oldest first. */
    List<UnfinishedCall> oldest(int most) {
        List<UnfinishedCall> found = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            InFlightCall call = slots.get(i);
            if (call != null) {
                found.add(new UnfinishedCall(call.route.name(), limiter.age(call.ticket), call.threadName(), false));
            }
        }
        found.sort(Comparator.comparing(UnfinishedCall::age).reversed());
        return List.copyOf(found.subList(0, Math.min(most, found.size())));
    }
}
