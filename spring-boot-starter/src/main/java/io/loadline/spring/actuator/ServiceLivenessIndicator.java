/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.availability.Availability;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.health.application.LivenessStateHealthIndicator;

/** Alive unless the service's state or what the application published says otherwise. Thread-safe. */
final class ServiceLivenessIndicator extends LivenessStateHealthIndicator {
    private final Availability service;

    ServiceLivenessIndicator(ApplicationAvailability application, Availability service) {
        super(application);
        this.service = service;
    }

    @Override
    protected AvailabilityState getState(ApplicationAvailability application) {
        return service.liveness() == io.loadline.availability.LivenessState.CORRECT
                ? application.getLivenessState()
                : LivenessState.BROKEN;
    }
}
