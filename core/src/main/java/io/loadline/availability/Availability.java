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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private final List<Hold> holds = new CopyOnWriteArrayList<>();
    private final List<Hold> refusals = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();

    /** Written by transitions under the lock; read by everybody, never stale. */
    private volatile StateChange last;

    /** Written under the lock, before the state it belongs to; read by everybody. */
    private volatile boolean acceptsWhileDraining;

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

    /**
     * Accepting in {@link ServiceState#READY}, unless somebody {@linkplain #holdReadiness holds it}, and in a
     * {@linkplain #draining(String, ReadinessState) drain that keeps it up}.
     */
    public ReadinessState readiness() {
        boolean serves = switch (state()) {
            case READY -> true;
            case DRAINING -> acceptsWhileDraining;
            case STARTING, WARMING, STOPPED, BROKEN -> false;
        };
        return serves && holds.isEmpty() ? ReadinessState.ACCEPTING_TRAFFIC : ReadinessState.REFUSING_TRAFFIC;
    }

    /**
     * Keeps readiness down until the result is closed, whatever the state; the state does not change.
     *
     * @param reason why, in a few words for people
     */
    public Registration holdReadiness(String reason) {
        return hold(reason, reason);
    }

    /**
     * The same for a holder whose reason may be out of date when it lets go.
     *
     * @param holder who holds it
     * @param why what else is to be said while it does, a predicate to that subject
     */
    public Registration holdReadiness(String holder, String why) {
        return hold(holder, holder + " " + why);
    }

    private Registration hold(String holder, String reason) {
        Hold hold = new Hold(reason);
        holds.add(hold);
        log("Readiness is held: {}", reason);
        return () -> {
            // Holders that let go because all is over have no news.
            if (holds.remove(hold) && state() != ServiceState.STOPPED) {
                log("Readiness is no longer held: {}", holder);
            }
        };
    }

    /** Why readiness is held, in the order of the holds; empty if it is not. */
    public List<String> readinessHolds() {
        return holds.stream().map(hold -> hold.reason).toList();
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

    /**
     * The service serves. Returns whether this call changed the state.
     *
     * @throws IllegalStateException if it would and somebody {@linkplain #refuseReady refuses} that
     */
    @CanIgnoreReturnValue
    public boolean ready(String reason) {
        return change(ServiceState.READY, reason);
    }

    /**
     * Lets {@link #ready} throw until the result is closed, for somebody without whom the service is not ready and who is
     * easily forgotten.
     *
     * @param instead what is to be called, a sentence for people
     */
    public Registration refuseReady(String instead) {
        Hold refusal = new Hold(instead);
        refusals.add(refusal);
        return () -> refusals.remove(refusal);
    }

    /** The service is about to leave and not ready any more. Returns whether this call changed the state. */
    @CanIgnoreReturnValue
    public boolean draining(String reason) {
        return draining(reason, ReadinessState.REFUSING_TRAFFIC);
    }

    /**
     * The service is about to leave. Returns whether this call changed the state.
     *
     * @param reason why, in a few words for people
     * @param meanwhile ACCEPTING_TRAFFIC keeps readiness as it is, if the service was READY, until
     *     {@link #refuseTraffic} or STOPPED
     */
    @CanIgnoreReturnValue
    public boolean draining(String reason, ReadinessState meanwhile) {
        return change(ServiceState.DRAINING, reason, meanwhile == ReadinessState.ACCEPTING_TRAFFIC);
    }

    /** Takes readiness down in a drain that has kept it up; does nothing otherwise. */
    public void refuseTraffic(String reason) {
        synchronized (lock) {
            if (!acceptsWhileDraining) {
                return;
            }
            acceptsWhileDraining = false;
        }
        log("Readiness is down: {}", reason);
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
        return change(to, reason, false);
    }

    private boolean change(ServiceState to, String reason, boolean staysReady) {
        Instant at = clock.instant();
        StateChange next;
        synchronized (lock) {
            ServiceState from = last.to();
            if (!isAllowed(from, to)) {
                return false;
            }
            if (to == ServiceState.READY) {
                checkNotRefused();
            }
            next = new StateChange(from, to, at, reason);
            // Before the state, so that readiness never dips in between.
            acceptsWhileDraining = staysReady && from == ServiceState.READY;
            last = next;
            listeners.enqueue(next);
        }
        log("{} -> {}: {}{}", next.from(), next.to(), reason, to == ServiceState.READY ? held() : "");
        listeners.deliver();
        return true;
    }

    private void checkNotRefused() {
        refusals.stream().findFirst().ifPresent(refusal -> {
            throw new IllegalStateException(refusal.reason);
        });
    }

    /** READY is not all that a probe wants to know. */
    private String held() {
        List<String> reasons = readinessHolds();
        return reasons.isEmpty() ? "" : "; readiness is held: " + String.join(", ", reasons);
    }

    /** An appender that throws must not stand between a change and what follows from it. */
    private static void log(String format, Object... values) {
        try {
            LOG.info(format, values);
        } catch (Throwable unlogged) {
            // There is nobody to be told.
        }
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

    /** Compared by identity: two may have the same reason. */
    private static final class Hold {
        private final String reason;

        Hold(String reason) {
            this.reason = reason;
        }
    }

    /** Is told of changes of state, one at a time and in order. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after {@code change} has happened, by the thread that made it or one that made another; must not block, a drain for one waits. */
        void onChange(StateChange change);
    }
}
