/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.Event;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A drain as an observation, from its beginning until its result is known. Thread-safe. */
final class DrainObservation implements DrainCoordinator.Listener {
    /*
     * It does not wait until the server has stopped: what sends spans away may be gone by then. It ends before anybody
     * who waits for the drain goes on, since he may close just that.
     *
     * The result may be known to one thread while another is still telling of the last phase, which begins a moment before:
     * that is waited for, but not for long, since the drain would wait for a handler that hangs. Who tells then ends it.
     *
     * Whatever a handler throws, the observation begins once and ends once; who calls logs it.
     */
    static final String NAME = "loadline.drain";
    static final String OUTCOME = "loadline.drain.outcome";
    static final String IN_FLIGHT = "loadline.drain.inflight";

    private static final long PATIENCE_MILLIS = 1_000;

    private final ObservationRegistry registry;

    /** Held while handlers are told something. */
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private @Nullable Observation observation;

    @GuardedBy("lock")
    private boolean isClosing;

    @GuardedBy("lock")
    private boolean isOver;

    /** Written once when it is known, before the lock is asked for; read by whoever has held the lock. */
    private volatile @Nullable DrainResult result;

    DrainObservation(ObservationRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onPhase(DrainPhase phase) {
        lock.lock();
        try {
            tell(phase);
        } finally {
            lock.unlock();
            DrainResult known = result;
            if (known != null && lock.tryLock()) {
                try {
                    end(known);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    @Override
    public void onResult(DrainResult known) {
        result = known;
        try {
            // The first also for a thread that is interrupted.
            if (lock.tryLock() || lock.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    end(known);
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @GuardedBy("lock")
    private void tell(DrainPhase phase) {
        if (isOver || (phase == DrainPhase.CLOSING && isClosing)) {
            return;
        }
        isClosing = phase == DrainPhase.CLOSING;
        Observation current = observation;
        if (current == null) {
            current = Observation.createNotStarted(NAME, registry);
            observation = current;
            current.start();
        }
        // Micrometer puts the observation's name before that of the event for a meter, a tracer does not for a span.
        current.event(Event.of(phase.tag(), NAME + "." + phase.tag()));
    }

    @GuardedBy("lock")
    private void end(DrainResult known) {
        if (isOver) {
            return;
        }
        try {
            tell(DrainPhase.CLOSING);
        } finally {
            isOver = true;
            Observation ended = observation;
            if (ended != null) {
                ended.lowCardinalityKeyValue(OUTCOME, known.outcome().tag())
                        .highCardinalityKeyValue(IN_FLIGHT, String.valueOf(known.remainingInFlight()))
                        .stop();
            }
        }
    }
}
