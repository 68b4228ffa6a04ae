/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.GuardListener;
import io.loadline.guard.GuardRefusal;
import io.loadline.guard.GuardState;
import io.loadline.guard.GuardStateChange;
import io.loadline.limit.AdmissionListener;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells traces what Loadline does: events and attributes on the observation under way, which is mostly that of a request,
 * and observations of its own for a drain and for breakers. Thread-safe; nothing that a registry or its handlers throw
 * reaches a caller.
 *
 * <p>Without a registry, with one that has no handlers, or where no observation is under way, it does nothing.
 */
public final class LoadlineObservations implements AdmissionListener, GuardListener {
    /*
     * Attributes on observations of others are of high cardinality, though most of their values are few: Micrometer makes
     * tags of the timer of all that are of low cardinality, and a registry such as Prometheus takes meters of one name only
     * if they have the same tags. A request that was refused would lose the timer of all that are not, or the other way
     * round. The meters of Loadline tell the same numbers anyway.
     *
     * An observation has each event once, and for guards once per dependency: a call that is tried again, or that two ways
     * lead here from, as where threads get their context from Reactor, is noted the first time. The mark is kept in the
     * observation's context, which lives as long as it does. Attributes tell the last that was noted.
     *
     * Which observation is under way a thread knows itself, unless it works reactively: there the subscriber's context does,
     * and whoever has that says so.
     */
    static final String SHED = "loadline.shed";
    static final String SHED_REASON = "loadline.shed.reason";
    static final String WAITED = "loadline.waited";
    static final String WAIT_MILLIS = "loadline.wait.ms";
    static final String QUOTA_REFUSED = "loadline.quota.refused";
    static final String QUOTA = "loadline.quota";
    static final String GUARD_REFUSED = "loadline.guard.refused";
    static final String GUARD_DEPENDENCY = "loadline.guard.dependency";
    static final String GUARD_REASON = "loadline.guard.reason";
    static final String GUARD_STATE = "loadline.guard.state";

    private static final Logger LOG = LoggerFactory.getLogger(LoadlineObservations.class);
    private static final ThreadLocal<@Nullable Observation> ASSUMED = new ThreadLocal<>();

    private final ObservationRegistry registry;
    private final AdmissionListener nobody = new OfOne(null);

    /** Raised by whoever logs it. */
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Those of {@code registry}; {@link ObservationRegistry#NOOP} for none. */
    public LoadlineObservations(ObservationRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /**
     * What {@code action} returns, for which {@code observation} is the one under way, whatever the thread knows. Costs next to
     * nothing, and is no scope: traces and logs see nothing of it.
     *
     * @param <T> what that is
     */
    public static <T extends @Nullable Object> T assuming(Observation observation, Supplier<T> action) {
        Observation before = ASSUMED.get();
        ASSUMED.set(observation);
        try {
            return action.get();
        } finally {
            if (before == null) {
                ASSUMED.remove();
            } else {
                ASSUMED.set(before);
            }
        }
    }

    /** Whether there is a registry; its handlers may come later. */
    public boolean isUsed() {
        return registry != ObservationRegistry.NOOP;
    }

    /** Follows {@code drain}, which becomes an observation with an event for each phase. */
    public void follow(DrainCoordinator drain) {
        if (isUsed()) {
            drain.listen(new DrainObservation(registry));
        }
    }

    /** Who tells {@code observation}; nobody if that is null. */
    public AdmissionListener of(@Nullable Observation observation) {
        return observation == null ? nobody : new OfOne(observation);
    }

    @Override
    public void waited(Route route, Duration wait) {
        waited(current(), wait);
    }

    @Override
    public void refused(Route route, RejectionReason reason) {
        refused(current(), reason);
    }

    /** That of the observation under way, to which what becomes of the call belongs. */
    @Override
    public AdmissionListener ofWaiting() {
        return of(current());
    }

    @Override
    public void refused(String dependency, GuardRefusal reason) {
        note(
                current(),
                GUARD_REFUSED,
                dependency,
                observation -> observation
                        .highCardinalityKeyValue(GUARD_DEPENDENCY, dependency)
                        .highCardinalityKeyValue(GUARD_REASON, reason.tag()));
    }

    /** A breaker that opens or closes is an observation without duration; tries while it is open are not. */
    @Override
    public void changed(GuardStateChange change) {
        if (change.from() == GuardState.CLOSED || change.to() == GuardState.CLOSED) {
            GuardState state = change.to() == GuardState.CLOSED ? GuardState.CLOSED : GuardState.OPEN;
            guarded(() -> Observation.createNotStarted(GUARD_STATE, registry)
                    .contextualName(GUARD_STATE + " " + change.dependency() + " " + state.tag())
                    .lowCardinalityKeyValue(GUARD_DEPENDENCY, change.dependency())
                    .lowCardinalityKeyValue(GUARD_STATE, state.tag())
                    .start()
                    .stop());
        }
    }

    /** The quota of that name has refused what is under way. */
    public void quotaRefused(String quota) {
        quotaRefused(current(), quota);
    }

    /** The quota of that name has refused what {@code observation}, if it is any, is about. */
    public void quotaRefused(@Nullable Observation observation, String quota) {
        note(observation, QUOTA_REFUSED, "", noted -> noted.highCardinalityKeyValue(QUOTA, quota));
    }

    private void waited(@Nullable Observation observation, Duration wait) {
        note(observation, WAITED, "", noted -> noted.highCardinalityKeyValue(WAIT_MILLIS, millis(wait)));
    }

    private void refused(@Nullable Observation observation, RejectionReason reason) {
        note(observation, SHED, "", noted -> noted.highCardinalityKeyValue(SHED_REASON, reason.tag()));
    }

    private @Nullable Observation current() {
        Observation assumed = ASSUMED.get();
        if (assumed != null) {
            return assumed;
        }
        try {
            return registry.getCurrentObservation();
        } catch (Throwable e) {
            warn(e);
            return null;
        }
    }

    private void note(@Nullable Observation observation, String event, String which, Attributes attributes) {
        if (observation != null) {
            guarded(() -> {
                if (observation.isNoop() || registry.isNoop()) {
                    return;
                }
                Mark mark = new Mark(event, which);
                Mark first = observation.getContext().computeIfAbsent(mark, absent -> mark);
                if (first == mark) {
                    attributes.put(observation).event(Observation.Event.of(event));
                }
            });
        }
    }

    private void guarded(Runnable noting) {
        try {
            noting.run();
        } catch (Throwable e) {
            warn(e);
        }
    }

    private void warn(Throwable failure) {
        try {
            if (warned.compareAndSet(false, true)) {
                LOG.warn("An observation could not be told something; this is logged once", failure);
            }
        } catch (Throwable unlogged) {
            // Without memory not even this can be told; requests must go on.
        }
    }

    /** To the microsecond. */
    private static String millis(Duration wait) {
        return BigDecimal.valueOf(TimeUnit.NANOSECONDS.toMicros(wait.toNanos()), 3)
                .toPlainString();
    }

    /** What goes with an event. */
    @FunctionalInterface
    private interface Attributes {
        Observation put(Observation observation);
    }

    /**
     * The key under which an observation's context knows that an event was noted.
     *
     * @param event its name
     * @param which of several, or empty
     */
    private record Mark(String event, String which) {}

    /** Tells one observation, whoever calls. Thread-safe. */
    private final class OfOne implements AdmissionListener {
        private final @Nullable Observation observation;

        OfOne(@Nullable Observation observation) {
            this.observation = observation;
        }

        @Override
        public void waited(Route route, Duration wait) {
            LoadlineObservations.this.waited(observation, wait);
        }

        @Override
        public void refused(Route route, RejectionReason reason) {
            LoadlineObservations.this.refused(observation, reason);
        }
    }
}
