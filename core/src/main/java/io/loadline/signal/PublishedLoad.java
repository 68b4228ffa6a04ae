/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.availability.ServiceState;
import io.loadline.availability.StateChange;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Ticker;
import java.util.List;

/**
 * The load as it is published: smoothed, of requests and queues, and only while it can be trusted. Not thread-safe; guarded by the
 * signal's lock.
 */
final class PublishedLoad {
    /*
     * Published is max(mean of 5 s, mean of 15 s) of the load: up at once, down slowly. Autoscalers have long memories
     * of their own; more smoothing here would double theirs.
     *
     * Queues have loads of their own (Backlog), of which the greatest is published if it is greater than that of the requests.
     * What paces the service itself must not see it: it would fetch less because much waits. While a queue cannot be read
     * the load is a lower bound. It is published if that alone calls for instances, else not: a broker that is away would look
     * like an empty queue. After a minute it is published even so.
     *
     * A service that is READY but cold, since its limiter is, is as good as WARMING; but not for ever, since one without
     * traffic never gets warm, and if all instances are silent an autoscaler sees nothing.
     */
    private static final long LONGEST_SILENCE_NANOS = 60_000_000_000L;

    private final ConcurrencyLimiter limiter;
    private final Backlogs backlogs;
    private final Ticker ticker;
    private final RecentLoads requests = new RecentLoads();
    private final RecentLoads queues = new RecentLoads();
    private long readyNanos;

    PublishedLoad(ConcurrencyLimiter limiter, Backlogs backlogs, Ticker ticker) {
        this.limiter = limiter;
        this.backlogs = backlogs;
        this.ticker = ticker;
        this.readyNanos = ticker.read();
    }

    /** What was measured so far is not the load of what is there now. */
    void clear() {
        requests.clear();
        queues.clear();
    }

    /** The same of a service that has become READY. */
    void ready(long nowNanos) {
        clear();
        readyNanos = nowNanos;
    }

    /** Adds the load of requests of one second and what is known of the queues; NaN forgets those before. */
    List<QueueSnapshot> add(double requestLoad, boolean usedUp) {
        requests.add(requestLoad);
        List<QueueSnapshot> known = backlogs.tick(usedUp);
        queues.add(Backlogs.load(known));
        return known;
    }

    /** What is to be published in a state. */
    Loads in(StateChange change) {
        double requestLoad = requests.published();
        double load = RecentLoads.greater(requestLoad, queues.published());
        Validity validity = validity(change, !Double.isNaN(load));
        if (validity != Validity.VALID) {
            return new Loads(validity, Double.NaN, Double.NaN);
        }
        return load < 1 && backlogs.areUnknown()
                ? new Loads(Validity.BACKLOG_UNKNOWN, Double.NaN, requestLoad)
                : new Loads(validity, load, requestLoad);
    }

    private Validity validity(StateChange change, boolean measured) {
        boolean cold = change.to() == ServiceState.READY
                && !limiter.isWarm()
                && ticker.read() - readyNanos < LONGEST_SILENCE_NANOS;
        return cold ? Validity.WARMING : Validity.of(change.to(), measured);
    }

    /** As in {@link SignalSnapshot}. */
    record Loads(Validity validity, double load, double requestLoad) {}
}
