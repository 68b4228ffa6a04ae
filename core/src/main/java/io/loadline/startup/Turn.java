/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

/** A stage at the gate: what it needs and how long it has waited. Thread-safe; its gate changes it, reports read it. */
final class Turn {
    final String stage;
    final boolean gated;

    /** Whether it goes ahead when it has waited too long. */
    final boolean bounded;

    final long needBytes;

    /** The time it lets pass in any case, so that instances spread. */
    final long jitterNanos;

    /** Whether it has to listen for other instances before it begins. */
    final boolean listens;

    /** What is left of the time that it lets pass while no other instance is starting. */
    private long slotNanos;

    private long waitedNanos;
    private long checkpointLimitNanos;
    private String reason = "";
    private boolean wentAhead;
    private boolean refused;
    private long refusedNanos;
    private long backoffNanos;

    Turn(
            String stage,
            boolean gated,
            boolean bounded,
            long needBytes,
            long jitterNanos,
            boolean listens,
            long slotNanos) {
        this.stage = stage;
        this.gated = gated;
        this.bounded = bounded;
        this.needBytes = needBytes;
        this.jitterNanos = jitterNanos;
        this.listens = listens;
        this.slotNanos = slotNanos;
    }

    /** Counts the time since it was refused last, if it was, as waiting, and returns it. */
    synchronized long passed(long nowNanos) {
        long passed = refused ? nowNanos - refusedNanos : 0;
        waitedNanos += passed;
        refused = false;
        return passed;
    }

    /** Lets {@code passedNanos} of the slot pass; returns whether all of it has. */
    synchronized boolean slotIsOver(long passedNanos) {
        slotNanos -= passedNanos;
        return slotNanos <= 0;
    }

    /** It waits for something that is not the gate's. */
    synchronized void await(long nowNanos, String what) {
        long unused = passed(nowNanos);
        refuse(nowNanos, "waits for " + what, 0);
    }

    synchronized void refuse(long nowNanos, String why, long nextBackoffNanos) {
        refused = true;
        refusedNanos = nowNanos;
        reason = why;
        backoffNanos = nextBackoffNanos;
    }

    /** It begins; at its checkpoints it may wait as long as {@code maxWaitNanos} allows. */
    synchronized void enter(long maxWaitNanos) {
        slotNanos = 0;
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
