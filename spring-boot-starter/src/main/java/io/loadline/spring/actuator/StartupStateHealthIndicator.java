/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.availability.Availability;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Up once the start is over, for startup probes. Thread-safe. */
final class StartupStateHealthIndicator extends AbstractHealthIndicator {
    private final Availability service;

    StartupStateHealthIndicator(Availability service) {
        this.service = service;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        if (service.isStarted()) {
            builder.up();
        } else {
            builder.outOfService();
        }
    }
}
