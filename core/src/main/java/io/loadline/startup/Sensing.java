/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.util.ArrayDeque;
import java.util.Deque;

/** Sees from the node's headroom whether another instance is starting. Not thread-safe; guarded by the gate. */
final class Sensing {
    /*
     * Instances on one node share nothing that they could write to, but all see the node's memory. It falls while one
     * starts and rises when that one gives back what it needed for the start only. As in a radio network with carrier
     * sensing [1], whoever wants to begin listens first, begins only while the medium is idle, and lets its own slot pass
     * in idle time only, so that those who have waited longest come first.
     *
     * An instance that has taken what it needs and works on it is silent: a fall counts for as long as such work is likely
     * to take, unless a rise has ended it.
     *
     * [1] CSMA/CA with a frozen countdown, IEEE 802.11 distributed coordination function
     */
    private final Deque<Sample> samples = new ArrayDeque<>();

    /** Takes a reading; those older than {@code windowNanos} are forgotten. */
    void sample(long nowNanos, long headroomBytes, long windowNanos) {
        samples.addLast(new Sample(nowNanos, headroomBytes));
        while (nowNanos - samples.getFirst().atNanos() > windowNanos) {
            samples.removeFirst();
        }
    }

    /** Begins anew. */
    void clear() {
        samples.clear();
    }

    /** Whether there is anything to hear: not every machine tells its headroom. */
    boolean hears() {
        return !samples.isEmpty();
    }

    /**
     * By how much the headroom has fallen within the window, or since it rose last.
     *
     * @param stepBytes by how much it has to rise for that
     */
    long fallenBytes(long stepBytes) {
        long top = Long.MIN_VALUE;
        long bottom = Long.MAX_VALUE;
        for (Sample sample : samples) {
            long headroom = sample.headroomBytes();
            if (headroom >= top || headroom - bottom >= stepBytes) {
                // Nothing fell before, or what fell has been given back: others may fall from here.
                top = headroom;
                bottom = headroom;
            }
            bottom = Math.min(bottom, headroom);
        }
        return samples.isEmpty() ? 0 : top - bottom;
    }

    private record Sample(long atNanos, long headroomBytes) {}
}
