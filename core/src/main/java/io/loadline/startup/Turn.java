/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

/** A stage at the gate: what it needs and how long it has waited. Thread-safe; gate and loop change it, reports read it. */
final class Turn {
    final String stage;
    final boolean gated;

    /** Whether it lets the jitter between instances pass. */
    final boolean spread;

    /** Whether it goes ahead when it has waited too long. */
    final boolean bounded;

    final long needBytes;

    /** The part of it that the heap has to have. */
    final long heapNeedBytes;

    private long waitedNanos;
    private long waitsNanos;
    private long checkpointLimitNanos;
    private String reason = "";
    private boolean wentAhead;
    private boolean refused;
    private boolean told;
    private long refusedNanos;
    private long backoffNanos;

    Turn(StartupStage stage, boolean bounded, long needBytes, long heapNeedBytes) {
        this.stage = stage.name();
        this.gated = stage.isGated();
        this.spread = stage.tier() != StageTier.CRITICAL;
        this.bounded = bounded;
        this.needBytes = needBytes;
        this.heapNeedBytes = heapNeedBytes;
    }

    /** Counts the time since it was refused last, if it was, as waiting. */
    synchronized void asks(long nowNanos) {
        if (refused) {
            waitedNanos += nowNanos - refusedNanos;
            waitsNanos += nowNanos - refusedNanos;
            refusedNanos = nowNanos;
        }
    }

    /** Something runs, and be it the stage itself: until it asks again no time counts as waiting. */
    synchronized void suspend(long nowNanos) {
        asks(nowNanos);
        refused = false;
    }

    /** Whether it was refused when it asked last. */
    synchronized boolean isWaiting() {
        return refused;
    }

    synchronized void goOn() {
        refused = false;
        waitsNanos = 0;
    }

    /** How long it has waited since it last went on. */
    synchronized long waitsNanos() {
        return waitsNanos;
    }

    /** It waits for something that is not the gate's. */
    synchronized void await(long nowNanos, String what) {
        asks(nowNanos);
        refuse(nowNanos, "waits for " + what, 0);
    }

    synchronized void refuse(long nowNanos, String why, long nextBackoffNanos) {
        refused = true;
        refusedNanos = nowNanos;
        reason = why;
        backoffNanos = nextBackoffNanos;
    }

    /** Whether it has waited for {@code nanos}, the first time that this is so. */
    synchronized boolean isNewsThatItWaits(long nanos) {
        boolean news = !told && waitedNanos >= nanos;
        told |= news;
        return news;
    }

    /** It begins; at its checkpoints it may wait as long as {@code maxWaitNanos} allows. */
    synchronized void enter(long maxWaitNanos) {
        refused = false;
        waitsNanos = 0;
        backoffNanos = 0;
        checkpointLimitNanos = bounded ? maxWaitNanos : waitedNanos + maxWaitNanos;
    }

    /** It stops waiting, now and at all checkpoints of this attempt. */
    synchronized void goAhead(String obstacle) {
        wentAhead = true;
        reason = obstacle;
    }

    /** How long it has waited, checkpoints included. */
    synchronized long waitedNanos() {
        return waitedNanos;
    }

    synchronized boolean mayWaitAtCheckpoint() {
        return !wentAhead && waitedNanos < checkpointLimitNanos;
    }

    /** What it waits for, or waited for last. */
    synchronized String reason() {
        return reason;
    }

    synchronized boolean wentAhead() {
        return wentAhead;
    }

    /** The wait before it may ask again, without the spread. */
    synchronized long backoffNanos() {
        return backoffNanos;
    }
}
