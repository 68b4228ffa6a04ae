/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.time;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.internal.Listeners;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Calls its listeners every 100 ms, one after the other, from one daemon thread named {@code loadline}. Thread-safe.
 *
 * <p>Until {@link #start()} nothing beats by itself: tests and simulators call {@link #beat()} with a ticker of their
 * own.
 */
public final class Heartbeat implements AutoCloseable {
    /*
     * A beat that comes late is information: the process could not run (a pause of the collector, a throttled CPU
     * quota, a suspended machine). The next beat is due one period after the last one began, not on a fixed grid, so a
     * long stall is followed by one late beat and never by a burst of beats that catch up.
     */

    /** The time between two beats. */
    public static final Duration PERIOD = Duration.ofMillis(100);

    private static final long PERIOD_NANOS = PERIOD.toNanos();

    private final Ticker ticker;
    private final Listeners<Listener, Beat> listeners = new Listeners<>(Listener::beat);

    /** Written by {@link #start()} and {@link #close()}, read by the thread itself; a beat more or less is harmless. */
    private volatile @Nullable Thread thread;

    /** Written by whoever beats, {@link #beat()} lets one in at a time, and by {@link #start()}; read by the former. */
    private volatile long lastBeatNanos;

    private final AtomicBoolean beating = new AtomicBoolean();

    private Heartbeat(Ticker ticker) {
        this.ticker = ticker;
        this.lastBeatNanos = ticker.read();
    }

    /** A heartbeat that reads its time from {@code ticker} and has not been started. */
    public static Heartbeat create(Ticker ticker) {
        return new Heartbeat(ticker);
    }

    /** Where this heartbeat, and all that hangs on it, reads the time. */
    public Ticker ticker() {
        return ticker;
    }

    /** Adds a listener that is called at each beat until its registration is closed. */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        return listeners.add(listener)::run;
    }

    /** Starts the daemon thread; does nothing if it runs already. */
    public synchronized void start() {
        if (thread == null) {
            Thread started = new Thread(this::run, "loadline");
            started.setDaemon(true);
            // The time without a thread was no stall.
            lastBeatNanos = ticker.read();
            thread = started;
            started.start();
        }
    }

    /** Ends the thread; it may be started again. */
    @Override
    public synchronized void close() {
        Thread running = thread;
        thread = null;
        if (running != null) {
            LockSupport.unpark(running);
        }
    }

    /** Calls every listener once, now. Returns without doing so if another thread is at it. */
    public void beat() {
        if (!beating.compareAndSet(false, true)) {
            return;
        }
        try {
            long now = ticker.read();
            long lateNanos = Math.max(0, now - lastBeatNanos - PERIOD_NANOS);
            lastBeatNanos = now;
            listeners.publish(new Beat(now, lateNanos));
        } finally {
            beating.set(false);
        }
    }

    private void run() {
        Thread self = Thread.currentThread();
        while (thread == self) {
            long begun = ticker.read();
            beatWhateverHappens();
            for (long rest = PERIOD_NANOS; rest > 0 && thread == self; rest = PERIOD_NANOS - (ticker.read() - begun)) {
                LockSupport.parkNanos(this, rest);
                // Somebody else's interrupt would make every later park return at once.
                boolean unused = Thread.interrupted();
            }
        }
    }

    private void beatWhateverHappens() {
        try {
            beat();
        } catch (Throwable e) {
            // Listeners' failures are caught where they are called, so this is a want of memory; the next beat is due.
        }
    }

    /**
     * One beat.
     *
     * @param nowNanos the ticker's reading at the beginning of the beat
     * @param lateNanos by how much the beat came later than one period after the last, in nanoseconds, at least 0
     */
    public record Beat(long nowNanos, long lateNanos) {}

    /** Is called at each beat, from one thread at a time; must not block. */
    @FunctionalInterface
    public interface Listener {
        /** Does what is due at this beat. */
        void beat(Beat beat);
    }
}
