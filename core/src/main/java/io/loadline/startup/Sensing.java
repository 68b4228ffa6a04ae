/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Sees from the node's memory whether another instance is starting. Not thread-safe; guarded by the gate. */
final class Sensing {
    /*
     * Instances on one node share nothing that they could write to, but all see the node's memory. What is left for all
     * but this process falls while another one starts, and rises when that one gives back what it needed for the start
     * only. As in a network on one wire [1], whoever wants to begin listens first, begins only while the medium is idle,
     * lets its own slot pass in idle time only [2], so that those who have waited longest come first, and goes on listening
     * when it has begun: of two that begin at once the one that has taken less sees the other fall by more, and waits,
     * with the little it has, until a slot drawn anew has passed.
     *
     * An instance that has taken what it needs and works on it is silent: a fall counts for as long as such work is likely
     * to take, unless a rise has ended it.
     *
     * What else happens on a node may never be silent. So everybody waits for others as long as its own patience lasts,
     * and begins then: no two are equally patient, which spreads them as chance would. Without it eight JVMs beside a
     * build all waited until maxWait, and went ahead together.
     *
     * [1] CSMA/CD, R. Metcalfe, D. Boggs, Ethernet: Distributed Packet Switching for Local Computer Networks, 1976
     * [2] the frozen countdown of IEEE 802.11's distributed coordination function
     */
    /** How many times as long as others are silent the most patient waits for them; the least patient half as long. */
    private static final double PATIENCE = 10;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private final double patience;
    private long silenceNanos;
    private boolean shared;

    /** What is left of the time that passes before this instance begins, while no other seems to be starting. */
    private long slotNanos;

    /** When no other instance was seen starting; null if one was seen since, or nobody looked. */
    private @Nullable Long idleNanos;

    /** Since when it waits for others; null if it does not. */
    private @Nullable Long waitsSinceNanos;

    /**
     * Nothing was heard yet.
     *
     * @param silenceNanos for how long an instance that starts may be silent
     * @param slotNanos the time to let pass before the first stage
     * @param place of this instance among all, 0..1
     */
    Sensing(long silenceNanos, long slotNanos, double place) {
        this.silenceNanos = silenceNanos;
        this.slotNanos = slotNanos;
        this.patience = PATIENCE * (0.5 + 0.5 * place);
    }

    /** An instance that starts may be silent for {@code nanos}, if that is longer than was said before. */
    void silentFor(long nanos) {
        silenceNanos = Math.max(silenceNanos, nanos);
    }

    /**
     * Takes a reading of what is left for all but this process.
     *
     * @param shared whether it was read of a cgroup that instances share; the two do not compare
     */
    void sample(long nowNanos, long leftBytes, boolean shared) {
        if (this.shared != shared) {
            this.shared = shared;
            samples.clear();
        }
        samples.addLast(new Sample(nowNanos, leftBytes));
        while (nowNanos - samples.getFirst().atNanos() > silenceNanos) {
            samples.removeFirst();
        }
    }

    /** Begins to listen anew, and waits for {@code slotNanos} of silence. */
    void yield(long slotNanos) {
        samples.clear();
        this.slotNanos = slotNanos;
        idleNanos = null;
        waitsSinceNanos = null;
    }

    /** The time until it is asked next is no idle time. */
    void isNotIdle() {
        idleNanos = null;
    }

    /** The slot is used up: the next stages of this instance follow at once. */
    void entered() {
        slotNanos = 0;
        waitsSinceNanos = null;
    }

    /**
     * Why this instance had better wait; null if it may begin or go on.
     *
     * @param stepBytes falls below this are no start of another instance
     */
    @Nullable
    String obstacle(long nowNanos, long stepBytes) {
        if (samples.isEmpty()) {
            // Not every machine tells.
            return null;
        }
        if (waitsSinceNanos == null) {
            waitsSinceNanos = nowNanos;
        }
        if (nowNanos - waitsSinceNanos >= patience * silenceNanos) {
            return null;
        }
        long fallen = fallenBytes(stepBytes);
        if (fallen >= stepBytes) {
            idleNanos = null;
            return "another instance seems to be starting: headroom fell by " + StartupReport.mib(fallen);
        }
        if (slotNanos > 0 && idleNanos != null) {
            slotNanos -= nowNanos - idleNanos;
        }
        idleNanos = nowNanos;
        return slotNanos > 0 ? "slot between instances" : null;
    }

    /** By how much it has fallen of late, or since it rose by {@code stepBytes}. */
    long fallenBytes(long stepBytes) {
        long top = Long.MIN_VALUE;
        long bottom = Long.MAX_VALUE;
        for (Sample sample : samples) {
            long left = sample.leftBytes();
            if (left >= top || left - bottom >= stepBytes) {
                // Nothing fell before, or what fell has been given back: others may fall from here.
                top = left;
                bottom = left;
            }
            bottom = Math.min(bottom, left);
        }
        return top - bottom;
    }

    private record Sample(long atNanos, long leftBytes) {}
}
