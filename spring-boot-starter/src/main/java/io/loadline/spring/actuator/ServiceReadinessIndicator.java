/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.availability.Availability;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

/** Ready if both the service's state and what the application published say so. Thread-safe. */
final class ServiceReadinessIndicator extends ReadinessStateHealthIndicator {
    /*
     * Spring Boot publishes ACCEPTING_TRAFFIC at the end of the start, whatever was published before, so ours counts too.
     * And the context of a web application publishes REFUSING_TRAFFIC right before it closes, which would make a drain
     * that keeps readiness up pointless: once it is closed, what was published before that counts.
     */
    private final Availability service;
    private final ConfigurableApplicationContext context;

    /** What was published last; guarded by this. */
    private ReadinessState last = ReadinessState.ACCEPTING_TRAFFIC;

    /** What was published before that; written by whoever publishes, read by probes. */
    private volatile ReadinessState before = ReadinessState.ACCEPTING_TRAFFIC;

    ServiceReadinessIndicator(
            ApplicationAvailability application, Availability service, ConfigurableApplicationContext context) {
        super(application);
        this.service = service;
        this.context = context;
    }

    @EventListener
    synchronized void onChange(AvailabilityChangeEvent<ReadinessState> event) {
        // What child contexts say of themselves is told here, too.
        if (event.getSource() == context || !(event.getSource() instanceof ApplicationContext)) {
            before = last;
            last = event.getState();
        }
    }

    @Override
    protected AvailabilityState getState(ApplicationAvailability application) {
        if (service.readiness() != io.loadline.availability.ReadinessState.ACCEPTING_TRAFFIC) {
            return ReadinessState.REFUSING_TRAFFIC;
        }
        return context.isClosed() ? before : application.getReadinessState();
    }
}
