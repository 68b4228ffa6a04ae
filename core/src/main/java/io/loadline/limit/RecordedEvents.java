/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The same with a flight recorder. Not thread-safe; guarded by the limiter's lock. */
final class RecordedEvents extends LimiterEvents {
    /*
     * Refusals come in thousands, so they are told by the beat: one event for each route and reason that had any since the
     * last one. While nobody records them nothing is compared, and what happened before a recording is not part of it.
     *
     * The first event type of a process costs its start tens of milliseconds, as the recorder then reads about all its own. So
     * ours are made when there is a recorder, which is when somebody has begun to record for the first time.
     */
    private static final RejectionReason[] REASONS = RejectionReason.values();

    private final String limiter;

    /** What each route had at the last beat; empty while nobody records. */
    private final List<LimiterStats> told = new ArrayList<>();

    RecordedEvents(String limiter) {
        this.limiter = limiter;
    }

    @Override
    void refusals(List<Route> routes, Collector collector) {
        if (!FlightRecorder.isInitialized() || !Types.SHED.isEnabled()) {
            told.clear();
            return;
        }
        boolean first = told.isEmpty();
        for (Route route : routes) {
            LimiterStats now = collector.total(route);
            if (route.index >= told.size()) {
                told.add(first ? now : LimiterStats.ZERO);
            }
            LimiterStats since = now.minus(told.set(route.index, now));
            for (RejectionReason reason : REASONS) {
                tell(route, reason, since.refused(reason), true);
                tell(route, reason, since.shadowed(reason), false);
            }
        }
    }

    private void tell(Route route, RejectionReason reason, long calls, boolean enforced) {
        if (calls > 0) {
            new Shed(limiter, route.name(), reason.tag(), calls, enforced).commit();
        }
    }

    @Override
    void limitChanged(int before, int after, String reason) {
        if (FlightRecorder.isInitialized() && Types.CHANGE.isEnabled()) {
            new LimitChange(limiter, before, after, reason).commit();
        }
    }

    @Override
    void stalled(Duration duration) {
        if (FlightRecorder.isInitialized() && Types.STALL.isEnabled()) {
            new Stall(limiter, duration.toNanos()).commit();
        }
    }

    /** Made with the first look at one of them. Immutable. */
    private static final class Types {
        static final EventType SHED = EventType.getEventType(Shed.class);
        static final EventType CHANGE = EventType.getEventType(LimitChange.class);
        static final EventType STALL = EventType.getEventType(Stall.class);
    }

    /** Calls of one route that were refused for one reason since the last beat. Not thread-safe. */
    @Name("io.loadline.Shed")
    @Label("Calls Refused")
    @Description("Calls of one route that were refused for one reason within a beat of 100 ms")
    @Category("Loadline")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // read by the recorder
    private static final class Shed extends Event {
        @Label("Limiter")
        final String limiter;

        @Label("Route")
        final String route;

        @Label("Reason")
        final String reason;

        @Label("Calls")
        final long calls;

        @Label("Enforced")
        @Description("False if they ran, since the limiter is in shadow mode")
        final boolean enforced;

        Shed(String limiter, String route, String reason, long calls, boolean enforced) {
            this.limiter = limiter;
            this.route = route;
            this.reason = reason;
            this.calls = calls;
            this.enforced = enforced;
        }
    }

    /** A decision that moved the limit. Not thread-safe. */
    @Name("io.loadline.LimitChange")
    @Label("Limit Change")
    @Category("Loadline")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // read by the recorder
    private static final class LimitChange extends Event {
        @Label("Limiter")
        final String limiter;

        @Label("Limit Before")
        final int before;

        @Label("Limit")
        final int limit;

        @Label("Reason")
        final String reason;

        LimitChange(String limiter, int before, int limit, String reason) {
            this.limiter = limiter;
            this.before = before;
            this.limit = limit;
            this.reason = reason;
        }
    }

    /** A time in which the process stood still, as seen by a late beat. Not thread-safe. */
    @Name("io.loadline.Stall")
    @Label("Stall")
    @Description("The process stood still: a beat came late by so much")
    @Category("Loadline")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // read by the recorder
    private static final class Stall extends Event {
        @Label("Limiter")
        final String limiter;

        @Label("Stood Still")
        @Timespan(Timespan.NANOSECONDS)
        final long stoodStill;

        Stall(String limiter, long stoodStill) {
            this.limiter = limiter;
            this.stoodStill = stoodStill;
        }
    }
}
