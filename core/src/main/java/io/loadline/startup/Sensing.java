/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.memory.MemoryReading;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Sees from what is left of the memory whether another instance is starting. Not thread-safe; guarded by the gate. */
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
     * Collisions: two that begin within the time it takes to hear one another both see the other's memory grow. At its
     * checkpoints, while it has taken little yet, a stage that hears another lets a new slot pass [2].
     *
     * Noise: what else happens on a node may never end. So everybody waits for others as long as its own patience lasts
     * and begins then; since no two are equally patient, that spreads them as chance would.
     *
     * What this process takes itself is left out. Where instances share a cgroup they hear each other there, and nothing
     * else of what the node does.
     *
     * Measured with eight JVMs that start at once, a spike of their own size each (benchmarks/startup).
     *
     * [1] CSMA/CA with a frozen countdown, IEEE 802.11 distributed coordination function
     * [2] CSMA/CD, IEEE 802.3
     */
    private static final long LISTEN_NANOS = Duration.ofMillis(300).toNanos();
    private static final long LEAST_SILENCE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long MOST_SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

    /** How many times as long as others are silent one waits for them. */
    private static final int PATIENCE = 10;

    /** A stage that has taken more than this share of what it needs goes on whatever it hears. */
    private static final double EARLY = 0.25;

    private static final int MOST_YIELDS = 3;

    private final Chance chance;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long silenceNanos = LEAST_SILENCE_NANOS;

    /** What is left of the time that has to pass while nobody else seems to be starting. */
    private long slotNanos;

    /** When nobody else was seen starting; null if somebody was since, or nobody looked. */
    private @Nullable Long idleNanos;

    /** Since when it waits for others; null before that. */
    private @Nullable Long waitsSinceNanos;

    private final long slotWindowNanos;
    private boolean inCgroup;
    private boolean yields;
    private int yielded;

    /** Lets the first stage's slot pass within {@code slotWindowNanos}. */
    Sensing(Chance chance, long slotWindowNanos) {
        this.chance = chance;
        this.slotWindowNanos = slotWindowNanos;
        this.slotNanos = LISTEN_NANOS + (long) (chance.next() * slotWindowNanos);
    }

    /** A stage may be silent for {@code nanos}: others run the same plan. */
    void silence(long nanos) {
        silenceNanos = Math.min(MOST_SILENCE_NANOS, Math.max(silenceNanos, nanos));
    }

    /** Takes a reading; those of long ago are forgotten. */
    void hear(long nowNanos, MemoryReading reading) {
        if (inCgroup != reading.isShared()) {
            inCgroup = reading.isShared();
            samples.clear();
        }
        OptionalLong left = leftByOthers(reading);
        if (left.isEmpty()) {
            return;
        }
        samples.addLast(new Sample(nowNanos, left.getAsLong()));
        while (nowNanos - samples.getFirst().atNanos() > silenceNanos) {
            samples.removeFirst();
        }
    }

    /* From any origin, since only its changes count. */
    private static OptionalLong leftByOthers(MemoryReading reading) {
        long own = reading.processBytes().orElse(0);
        if (reading.isShared()) {
            return OptionalLong.of(own - reading.anonymousBytes().orElse(0));
        }
        OptionalLong headroom =
                reading.nodeHeadroomBytes().isPresent() ? reading.nodeHeadroomBytes() : reading.cgroupHeadroomBytes();
        return headroom.isPresent() ? OptionalLong.of(headroom.getAsLong() + own) : headroom;
    }

    /**
     * What keeps a stage from beginning; null if nothing does.
     *
     * @param stepBytes the least that counts
     */
    @Nullable
    String inTheWay(long nowNanos, long stepBytes) {
        if (samples.isEmpty() || isImpatient(nowNanos)) {
            // Not every machine tells what is left.
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

    /** What keeps a stage that has begun from going on; null if nothing does. */
    @Nullable
    String collision(long nowNanos, long stepBytes, long takenBytes, long needBytes) {
        if (!yields) {
            boolean early = takenBytes < EARLY * needBytes && yielded < MOST_YIELDS;
            if (!early || fallenBytes(stepBytes) < stepBytes) {
                return null;
            }
            yields = true;
            yielded++;
            slotNanos = LISTEN_NANOS + (long) (chance.next() * slotWindowNanos / 2);
            waitsSinceNanos = null;
        }
        String obstacle = inTheWay(nowNanos, stepBytes);
        if (obstacle == null) {
            yields = false;
            begun();
        }
        return obstacle;
    }

    /** Time that passes until it is asked again is no idle time. */
    void notIdle() {
        idleNanos = null;
    }

    /** A stage begins: what others did before is no collision. */
    void begun() {
        slotNanos = 0;
        idleNanos = null;
        waitsSinceNanos = null;
        samples.clear();
    }

    /** A stage is over: what fell until now may have been this instance's own doing. */
    void over() {
        begun();
        yields = false;
        yielded = 0;
    }

    private boolean isImpatient(long nowNanos) {
        if (waitsSinceNanos == null) {
            waitsSinceNanos = nowNanos;
        }
        return nowNanos - waitsSinceNanos >= (0.5 + 0.5 * chance.own()) * PATIENCE * silenceNanos;
    }

    /** By how much the headroom has fallen within the window, or since it rose last. */
    private long fallenBytes(long stepBytes) {
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
