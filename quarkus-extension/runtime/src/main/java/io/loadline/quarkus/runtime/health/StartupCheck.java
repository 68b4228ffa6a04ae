/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.health;

import io.loadline.availability.Availability;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Succeeds once the start is over. Thread-safe. */
@Startup
@Singleton
public class StartupCheck implements HealthCheck {
    private final Availability availability;
    private final boolean enabled;

    @Inject
    StartupCheck(Availability availability, LoadlineConfig config) {
        this.availability = availability;
        this.enabled = config.enabled();
    }

    @Override
    public HealthCheckResponse call() {
        return enabled
                ? HealthCheckResponse.named("Loadline startup")
                        .status(availability.isStarted())
                        .withData("state", availability.state().name())
                        .build()
                : HealthCheckResponse.up("Loadline startup");
    }
}
