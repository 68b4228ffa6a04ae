/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.availability.Availability;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;

/** Ready if both the service's state and what the application published say so. Thread-safe. */
final class ServiceReadinessIndicator extends ReadinessStateHealthIndicator {
    private final Availability service;

    ServiceReadinessIndicator(ApplicationAvailability application, Availability service) {
        super(application);
        this.service = service;
    }

    /** Spring Boot publishes ACCEPTING_TRAFFIC at the end of the start, whatever was published before: ours counts too. */
    @Override
    protected AvailabilityState getState(ApplicationAvailability application) {
        return service.readiness() == io.loadline.availability.ReadinessState.ACCEPTING_TRAFFIC
                ? application.getReadinessState()
                : ReadinessState.REFUSING_TRAFFIC;
    }
}
