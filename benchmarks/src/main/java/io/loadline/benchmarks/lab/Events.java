/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.PriorityQueue;

/**
 * Virtual time in nanoseconds since the beginning, and what is to happen in it, in order; what is due at the same time happens as
 * it was told. Not thread-safe.
 */
final class Events {
    private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long told;

    long now() {
        return nowNanos;
    }

    /** Has {@code action} happen at a time, at once if that has passed. */
    void at(long nanos, Runnable action) {
        events.add(new Event(Math.max(nowNanos, nanos), told++, action));
    }

    /** Has {@code action} happen in some nanoseconds. */
    void in(long nanos, Runnable action) {
        at(nowNanos + nanos, action);
    }

    /** Lets everything happen, and what follows from it. */
    void run() {
        for (Event next = events.poll(); next != null; next = events.poll()) {
            nowNanos = next.atNanos;
            next.action.run();
        }
    }

    static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
