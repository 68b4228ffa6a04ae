/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.util.PriorityQueue;

/** Virtual time, and what is to happen in it, in order; what is due at the same time happens as it was told. Not thread-safe. */
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

    /** The time in nanoseconds since the beginning. */
    long nanos() {
        return nowNanos;
    }

    /** The time in seconds since the beginning. */
    double now() {
        return nowNanos / 1e9;
    }

    /** Has {@code action} happen at a time in seconds, at once if that has passed. */
    void at(double second, Runnable action) {
        events.add(new Event(Math.max(nowNanos, Math.round(second * 1e9)), told++, action));
    }

    /** Has {@code action} happen in some seconds. */
    void in(double seconds, Runnable action) {
        at(now() + seconds, action);
    }

    /** Lets everything happen, and what follows from it. */
    void run() {
        for (Event next = events.poll(); next != null; next = events.poll()) {
            nowNanos = next.atNanos;
            next.action.run();
        }
    }
}
