/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What lasts as long as somebody likes and is no load most of the time: event streams, WebSockets, long polls, long bodies.
 * Thread-safe. They take no place in the limit and their duration is no latency; they have a bound of their own.
 */
public final class Streams {
    private static final String EVENTS = "text/event-stream";

    /** What most responses are: it is no stream, and to compare it with all of those below takes longer than this. */
    private static final String JSON = "application/json";

    private static final String[] TYPES = {
        EVENTS, "application/x-ndjson", "application/stream+json", "application/jsonl", "application/json-seq"
    };

    private final StripedStats stats;
    private final Supplier<Enforcement> enforcement;
    private final IntSupplier calls;
    private final AtomicInteger open = new AtomicInteger();

    /** Null if nobody listens. */
    private final @Nullable AdmissionListener listener;

    /** Written by whoever configures, read when a stream begins. */
    private volatile int max;

    Streams(
            StripedStats stats,
            IntSupplier calls,
            Supplier<Enforcement> enforcement,
            @Nullable AdmissionListener listener,
            int max) {
        this.stats = stats;
        this.calls = calls;
        this.enforcement = enforcement;
        this.listener = listener;
        this.max = max;
    }

    /** How many there are. */
    public int open() {
        return open.get();
    }

    /** How many of them were calls: those a drain waits for, since nobody has taken it upon himself to end them. */
    public int calls() {
        return calls.getAsInt();
    }

    /** How many there may be at once; {@link Integer#MAX_VALUE} if there is no bound. */
    public int max() {
        return max;
    }

    /**
     * Changes how many there may be at once. Those that are too many last.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void max(int changed) {
        max = checkMax(changed);
    }

    /**
     * Counts one that begins, until {@link #end()}; returns false if there are as many as there may be. Whoever refuses it
     * then, instead of keeping it as a call, says so by {@link #countRefusable}. For what was no call, or is none any more;
     * calls become streams by {@link Permit#stream()} or {@link ConcurrencyLimiter#stream}.
     */
    public boolean tryBegin() {
        Enforcement mode = enforcement.get();
        for (; ; ) {
            int current = open.get();
            if (current >= max && mode == Enforcement.ENFORCE) {
                return false;
            }
            if (open.compareAndSet(current, current + 1)) {
                return true;
            }
        }
    }

    /**
     * Whether one more might begin now, for what can only be refused before it is known whether it will be a stream. Several
     * that are asked for at once may find room for one.
     */
    public boolean hasRoom() {
        return open.get() < max || enforcement.get() != Enforcement.ENFORCE;
    }

    /**
     * Counts what becomes of one of {@code route} that is refused where there are too many: if it has not {@code begun}, a
     * refusal with {@link RejectionReason#ROUTE_CAP}; otherwise what would have been one, if in shadow there are too many
     * with it. Due once for each. Returns {@code begun}.
     */
    @CanIgnoreReturnValue
    public boolean countRefusable(Route route, boolean begun) {
        if (!begun) {
            stats.count(route.index, StripedStats.CAPPED);
            if (listener != null) {
                listener.refused(route, RejectionReason.ROUTE_CAP);
            }
        } else if (open.get() > max && enforcement.get() == Enforcement.SHADOW) {
            stats.count(route.index, StripedStats.SHADOW_CAPPED);
        }
        return begun;
    }

    /** Counts one that begins whatever the bound. */
    public void begin() {
        int unused = open.incrementAndGet();
    }

    /** One has ended. */
    public void end() {
        int unused = open.decrementAndGet();
    }

    /** Whether a response of this type is a stream: its duration is as long as somebody likes. */
    public static boolean isStream(@Nullable String contentType) {
        if (contentType == null || isJson(contentType)) {
            return false;
        }
        for (String type : TYPES) {
            if (contentType.regionMatches(true, 0, type, 0, type.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isJson(String contentType) {
        return contentType.startsWith(JSON)
                && (contentType.length() == JSON.length() || contentType.charAt(JSON.length()) == ';');
    }

    /** Whether a response of this type is a stream of events, whose client comes back by itself. */
    public static boolean isEventStream(@Nullable String contentType) {
        return contentType != null && contentType.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }

    static int checkMax(int max) {
        checkArgument(max >= 0, "maxStreams must not be negative: %s", max);
        return max;
    }
}
