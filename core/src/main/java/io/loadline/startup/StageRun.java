/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import io.loadline.time.Ticker;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One attempt of a stage on a thread of its own. Thread-safe. */
final class StageRun implements StageContext {
    /*
     * The thread is a daemon and belongs to this attempt alone: one that ignores its interruption is left behind, and
     * keeps neither the start nor the process.
     */
    private static final long CHECKPOINT_NANOS = 50_000_000;

    private final StageRecord record;
    private final Ticker ticker;
    private final ReentrantLock lock;
    private final Condition changed;
    private final Waiter waiter;
    private final BooleanSupplier mayGoOn;
    private final Thread thread;

    /** Written and read under the lock. */
    private boolean ended;

    /** Written under the lock before {@code ended}; read after it. */
    private @Nullable Throwable failure;

    /** Of the stage's threads, how many wait at a checkpoint. Written and read under the lock, as the two below. */
    private int waiting;

    /** Since when one of them does. */
    private long waitsSinceNanos;

    /** How long one of them did, before that. */
    private long waitedNanos;

    /** Written once under the lock; read by the stage at will, never stale. */
    private volatile @Nullable String cancelled;

    /** Written by the stage's threads, any of which may find it a little old and look at the memory once more. */
    private volatile long lookedNanos;

    /**
     * An attempt that has not begun.
     *
     * @param changed signalled, with its lock, when the attempt ends and when it is cancelled
     * @param mayGoOn looks whether there is memory to go on
     */
    StageRun(
            StageRecord record,
            Ticker ticker,
            ReentrantLock lock,
            Condition changed,
            Waiter waiter,
            BooleanSupplier mayGoOn) {
        this.record = record;
        this.ticker = ticker;
        this.lock = lock;
        this.changed = changed;
        this.waiter = waiter;
        this.mayGoOn = mayGoOn;
        this.lookedNanos = ticker.read();
        this.thread = new Thread(this::run, "loadline-stage-" + record.stage.name());
        thread.setDaemon(true);
    }

    void start() {
        try {
            thread.start();
        } catch (Throwable e) {
            // No thread can be had, for want of memory most likely: the stage has failed like any other.
            end(e);
        }
    }

    private void run() {
        try {
            record.stage.action().run(this);
            end(null);
        } catch (Throwable e) {
            end(e);
        }
    }

    private void end(@Nullable Throwable thrown) {
        lock.lock();
        try {
            failure = thrown;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is over; to be called with the lock held. */
    boolean hasEnded() {
        return ended;
    }

    /** Why it failed; null if it did not. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** How long it has waited at checkpoints, in one thread or several; to be called with the lock held. */
    long waitedNanos(long nowNanos) {
        return waitedNanos + (waiting > 0 ? nowNanos - waitsSinceNanos : 0);
    }

    /** Asks it to end; the first reason counts. */
    void cancel(String reason) {
        lock.lock();
        try {
            if (cancelled == null) {
                cancelled = reason;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }

    /** Where its thread is, in one line. */
    String whereabouts() {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length == 0 ? "nowhere" : stack[0].toString();
    }

    @Override
    public String stage() {
        return record.stage.name();
    }

    @Override
    public void checkpoint() {
        endIfCancelled();
        long now = ticker.read();
        if (now - lookedNanos < CHECKPOINT_NANOS) {
            return;
        }
        lookedNanos = now;
        while (!mayGoOn.getAsBoolean()) {
            pause();
            endIfCancelled();
        }
    }

    private void pause() {
        lock.lock();
        try {
            if (waiting++ == 0) {
                waitsSinceNanos = ticker.read();
            }
            waiter.pause(changed, CHECKPOINT_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException(record.stage + " was interrupted");
        } finally {
            if (--waiting == 0) {
                waitedNanos += ticker.read() - waitsSinceNanos;
            }
            lock.unlock();
        }
    }

    private void endIfCancelled() {
        String reason = cancelled;
        if (reason != null) {
            throw new CancellationException(record.stage + " " + reason);
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled != null;
    }

    @Override
    public void warn(String what) {
        lock.lock();
        try {
            record.warn(what);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void report(long bytes) {
        checkArgument(bytes >= 0, "bytes reported by stage '%s' must not be negative: %s", stage(), bytes);
        lock.lock();
        try {
            record.report(bytes);
        } finally {
            lock.unlock();
        }
    }
}
