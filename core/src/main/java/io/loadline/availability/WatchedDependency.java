/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.DependencyCheck.Effect;
import io.loadline.availability.DependencyStatus.State;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One dependency: when it is asked, what it said, and whether readiness is held for it. Thread-safe. */
final class WatchedDependency {
    /*
     * A check runs in a thread of its own that ends with it, and the next is not begun before: however long one hangs,
     * there is one thread, and each time another would have been due counts as a failure. Probes read what was found last
     * and never wait.
     *
     * Up at the very first success; after that UP -> DOWN after k failures in a row, DOWN -> UP after m successes.
     * Readiness follows at the next beat, and downwards later by a random part of the spread: instances that lose a
     * dependency at the same moment do not go at the same moment, and not at all if it is soon back.
     *
     * The monitor is never held while the check runs.
     */
    private static final Logger LOG = LoggerFactory.getLogger(WatchedDependency.class);
    private static final long FIRST_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DependencyCheck check;
    private final Availability availability;
    private final Ticker ticker;

    @GuardedBy("this")
    private @Nullable Thread running;

    @GuardedBy("this")
    private long runningSinceNanos;

    @GuardedBy("this")
    private boolean overdue;

    @GuardedBy("this")
    private long dueNanos;

    @GuardedBy("this")
    private State state = State.UNKNOWN;

    /** Whether it ever was up. */
    @GuardedBy("this")
    private boolean wasUp;

    @GuardedBy("this")
    private int failures;

    @GuardedBy("this")
    private int successes;

    @GuardedBy("this")
    private @Nullable Double lastMillis;

    @GuardedBy("this")
    private @Nullable String lastFailure;

    @GuardedBy("this")
    private long letGoNanos;

    @GuardedBy("this")
    private @Nullable Registration hold;

    @GuardedBy("this")
    private boolean closed;

    WatchedDependency(DependencyCheck check, Availability availability, Ticker ticker, long nowNanos) {
        this.check = check;
        this.availability = availability;
        this.ticker = ticker;
        this.dueNanos = nowNanos;
        if (check.effect != Effect.REPORT) {
            this.hold = availability.holdReadiness(holder(), "has not answered yet");
        }
    }

    void beat(long nowNanos) {
        @Nullable Thread starting = null;
        @Nullable Thread late = null;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (running == null) {
                if (nowNanos - dueNanos >= 0) {
                    starting = begin(nowNanos);
                }
            } else if (!overdue && nowNanos - runningSinceNanos >= check.timeoutNanos) {
                overdue = true;
                late = running;
                failed("no answer within " + TimeUnit.NANOSECONDS.toMillis(check.timeoutNanos) + " ms", nowNanos);
            } else if (overdue && nowNanos - dueNanos >= 0) {
                failed("the last check hangs since " + millis(nowNanos - runningSinceNanos) + " ms", nowNanos);
            }
            follow(nowNanos);
        }
        if (late != null) {
            late.interrupt();
        }
        if (starting != null) {
            start(starting);
        }
    }

    synchronized DependencyStatus status() {
        return new DependencyStatus(check.name, state, check.effect, hold != null, failures, lastMillis, lastFailure);
    }

    void close() {
        @Nullable Thread left;
        synchronized (this) {
            closed = true;
            left = running;
            release();
        }
        if (left != null) {
            left.interrupt();
        }
    }

    @GuardedBy("this")
    private Thread begin(long nowNanos) {
        Thread thread = new Thread(this::run, "loadline-check " + check.name);
        thread.setDaemon(true);
        running = thread;
        runningSinceNanos = nowNanos;
        overdue = false;
        return thread;
    }

    private void start(Thread thread) {
        try {
            thread.start();
        } catch (Throwable e) {
            end("no thread for the check: " + e);
        }
    }

    private void run() {
        String failure;
        try {
            failure = Boolean.TRUE.equals(check.check.call()) ? null : "the check said no";
        } catch (Throwable e) {
            failure = e.toString();
        }
        end(failure);
    }

    /** The check has come to its end; {@code failure} is null if it succeeded. */
    private synchronized void end(@Nullable String failure) {
        long now = ticker.read();
        running = null;
        lastMillis = (now - runningSinceNanos) / 1e6;
        if (overdue || closed) {
            // Counted as a failure when it was; the next is due as planned then.
            return;
        }
        if (failure == null) {
            succeeded(now);
        } else {
            failed(failure, now);
        }
    }

    @GuardedBy("this")
    private void succeeded(long nowNanos) {
        failures = 0;
        successes++;
        if (!wasUp || (state == State.DOWN && successes >= check.successesToComeUp)) {
            wasUp = true;
            state = State.UP;
            lastFailure = null;
            LOG.info("Dependency '{}' is up", check.name);
        }
        plan(nowNanos);
    }

    @GuardedBy("this")
    private void failed(String failure, long nowNanos) {
        successes = 0;
        failures++;
        lastFailure = failure;
        if (state != State.DOWN && failures >= check.failuresToGoDown) {
            state = State.DOWN;
            letGoNanos = nowNanos + (long) (check.random.getAsDouble() * check.spreadNanos);
            LOG.warn("Dependency '{}' is down after {} failures: {}", check.name, failures, failure);
        }
        plan(nowNanos);
    }

    @GuardedBy("this")
    private void plan(long nowNanos) {
        // The first success is waited for by the start.
        long every = wasUp ? check.everyNanos : Math.min(check.everyNanos, FIRST_EVERY_NANOS);
        dueNanos = nowNanos + (long) (every * (1 + check.jitter * (2 * check.random.getAsDouble() - 1)));
    }

    /** Readiness follows the state. */
    @GuardedBy("this")
    private void follow(long nowNanos) {
        if (state == State.UP) {
            release();
        } else if (state == State.DOWN
                && check.effect == Effect.READINESS
                && hold == null
                && nowNanos - letGoNanos >= 0) {
            hold = availability.holdReadiness(holder(), "is down: " + lastFailure);
        }
    }

    @GuardedBy("this")
    private void release() {
        if (hold != null) {
            hold.close();
            hold = null;
        }
    }

    private String holder() {
        return "dependency '" + check.name + "'";
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
