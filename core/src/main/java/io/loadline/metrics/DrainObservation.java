/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.Event;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/** A drain as an observation, from its beginning until its result is known. Thread-safe. */
final class DrainObservation {
    /*
     * It does not wait until the server has stopped: what sends spans away may be gone by then.
     *
     * The result may be known to one thread while another is still telling of the last phase, which begins a moment before.
     */
    static final String NAME = "loadline.drain";
    static final String OUTCOME = "loadline.drain.outcome";
    static final String IN_FLIGHT = "loadline.drain.inflight";

    private final ObservationRegistry registry;

    @GuardedBy("this")
    private @Nullable Observation observation;

    @GuardedBy("this")
    private boolean isClosing;

    @GuardedBy("this")
    private boolean isOver;

    DrainObservation(ObservationRegistry registry) {
        this.registry = registry;
    }

    void follow(DrainCoordinator drain) {
        drain.listen(this::phase);
        Object unused = drain.drained().thenAccept(this::over);
    }

    private synchronized void phase(DrainPhase phase) {
        if (isOver || (phase == DrainPhase.CLOSING && isClosing)) {
            return;
        }
        Observation current = observation;
        if (current == null) {
            current = Observation.start(NAME, registry);
            observation = current;
        }
        isClosing = phase == DrainPhase.CLOSING;
        // Micrometer puts the observation's name before that of the event for a meter, a tracer does not for a span.
        current.event(Event.of(phase.tag(), NAME + "." + phase.tag()));
    }

    private synchronized void over(DrainResult result) {
        phase(DrainPhase.CLOSING);
        isOver = true;
        Observation ended = observation;
        if (ended != null) {
            DrainOutcome outcome = result.outcome();
            ended.lowCardinalityKeyValue(OUTCOME, outcome.tag())
                    .highCardinalityKeyValue(IN_FLIGHT, String.valueOf(result.remainingInFlight()))
                    .stop();
        }
    }
}
