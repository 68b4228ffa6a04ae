/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.internal.Listeners;
import io.loadline.time.Registration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a service and what follows from it for readiness and liveness. Thread-safe.
 *
 * <p>Overload is no state: a service that is too busy stays ready, since taking it away would take both its capacity and
 * its signal.
 */
public final class Availability {
    /*
     * STARTING -> WARMING -> READY -> DRAINING -> STOPPED; WARMING may be left out, a drain may begin before READY, and
     * whatever is not STOPPED may become BROKEN. Nothing leaves STOPPED or BROKEN, except that a broken service that is
     * told to go still stops.
     *
     * The last change is one reference: state, time and reason are never seen torn. It is written, and its place among
     * the events fixed, under the lock; listeners are told after that, outside it.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);

    private final InstantSource clock;

    private final Listeners<Listener, StateChange> listeners = new Listeners<>(Listener::onChange);
    private final Object lock = new Object();

    /** Written by transitions under the lock; read by everybody, never stale. */
    private volatile StateChange last;

    private Availability(InstantSource clock) {
        this.clock = clock;
        this.last = new StateChange(ServiceState.STARTING, ServiceState.STARTING, clock.instant(), "process started");
    }

    /** A service that is {@link ServiceState#STARTING}; {@code clock} stamps its changes. */
    public static Availability create(InstantSource clock) {
        return new Availability(clock);
    }

    /** The present state. */
    public ServiceState state() {
        return last.to();
    }

    /** The last change; before any, one from STARTING to STARTING. */
    public StateChange lastChange() {
        return last;
    }

    /** Accepting in {@link ServiceState#READY} only. */
    public ReadinessState readiness() {
        return state() == ServiceState.READY ? ReadinessState.ACCEPTING_TRAFFIC : ReadinessState.REFUSING_TRAFFIC;
    }

    /** Correct in every state but {@link ServiceState#BROKEN}. */
    public LivenessState liveness() {
        return state() == ServiceState.BROKEN ? LivenessState.BROKEN : LivenessState.CORRECT;
    }

    /** Whether the start is over, however it ended: what a startup probe asks. */
    public boolean isStarted() {
        return switch (state()) {
            case STARTING, BROKEN -> false;
            case WARMING, READY, DRAINING, STOPPED -> true;
        };
    }

    /** The service can serve but is not up to speed. Returns whether this call changed the state. */
    @CanIgnoreReturnValue
    public boolean warming(String reason) {
        return change(ServiceState.WARMING, reason);
    }

    /** The service serves. Returns whether this call changed the state. */
    @CanIgnoreReturnValue
    public boolean ready(String reason) {
        return change(ServiceState.READY, reason);
    }

    /** The service is about to leave. Returns whether this call changed the state. */
    @CanIgnoreReturnValue
    public boolean draining(String reason) {
        return change(ServiceState.DRAINING, reason);
    }

    /** The service has left. Returns whether this call changed the state. */
    @CanIgnoreReturnValue
    public boolean stopped(String reason) {
        return change(ServiceState.STOPPED, reason);
    }

    /** The service cannot recover. Returns whether this call changed the state. */
    @CanIgnoreReturnValue
    public boolean broken(String reason) {
        return change(ServiceState.BROKEN, reason);
    }

    /** Adds a listener that is told of every change from now on, in order. */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        return listeners.add(listener)::run;
    }

    private boolean change(ServiceState to, String reason) {
        Instant at = clock.instant();
        StateChange next;
        synchronized (lock) {
            ServiceState from = last.to();
            if (!isAllowed(from, to)) {
                return false;
            }
            next = new StateChange(from, to, at, reason);
            last = next;
            listeners.enqueue(next);
        }
        LOG.info("{} -> {}: {}", next.from(), next.to(), reason);
        listeners.deliver();
        return true;
    }

    private static boolean isAllowed(ServiceState from, ServiceState to) {
        return switch (from) {
            case STARTING -> to != ServiceState.STARTING;
            case WARMING -> to != ServiceState.STARTING && to != ServiceState.WARMING;
            case READY -> to == ServiceState.DRAINING || to == ServiceState.STOPPED || to == ServiceState.BROKEN;
            case DRAINING -> to == ServiceState.STOPPED || to == ServiceState.BROKEN;
            case BROKEN -> to == ServiceState.STOPPED;
            case STOPPED -> false;
        };
    }

    /** Is told of changes of state, one at a time and in order. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after {@code change} has happened, by the thread that made it or one that made another; must not block, a drain for one waits. */
        void onChange(StateChange change);
    }
}
