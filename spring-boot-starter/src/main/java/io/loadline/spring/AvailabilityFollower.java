/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.Loadline;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Tells the service's {@link Loadline} what the application tells Spring. Thread-safe. */
final class AvailabilityFollower {
    private final Loadline loadline;
    private final ApplicationContext context;

    AvailabilityFollower(Loadline loadline, ApplicationContext context) {
        this.loadline = loadline;
        this.context = context;
    }

    /**
     * Last of the listeners: what others do upon this event belongs to the start. The stages begin now, not while the
     * context is refreshed, which nothing could interrupt.
     */
    @EventListener
    @Order(Ordered.LOWEST_PRECEDENCE)
    void onReady(ApplicationReadyEvent event) {
        if (event.getApplicationContext() == context) {
            boolean unused = loadline.startup().begin("application ready");
        }
    }

    @EventListener
    void onLiveness(AvailabilityChangeEvent<LivenessState> event) {
        if (event.getState() == LivenessState.BROKEN) {
            boolean unused = loadline.availability().broken("liveness state BROKEN was published");
        }
    }
}
