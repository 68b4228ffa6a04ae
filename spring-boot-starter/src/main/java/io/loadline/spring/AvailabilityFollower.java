/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.availability.Availability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells the service's {@link Availability} what the application tells Spring. Thread-safe. */
final class AvailabilityFollower {
    private final Availability availability;
    private final ApplicationContext context;

    AvailabilityFollower(Availability availability, ApplicationContext context) {
        this.availability = availability;
        this.context = context;
    }

    /** Last of the listeners: what others do upon this event belongs to the start. */
    @EventListener
    @Order(Ordered.LOWEST_PRECEDENCE)
    void onReady(ApplicationReadyEvent event) {
        if (event.getApplicationContext() == context) {
            boolean unused = availability.ready("application ready");
        }
    }

    @EventListener
    void onLiveness(AvailabilityChangeEvent<LivenessState> event) {
        if (event.getState() == LivenessState.BROKEN) {
            boolean unused = availability.broken("liveness state BROKEN was published");
        }
    }
}
