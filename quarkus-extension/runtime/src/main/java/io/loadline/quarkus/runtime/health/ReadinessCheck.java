/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.health;

import io.loadline.availability.Availability;
import io.loadline.availability.ReadinessState;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Succeeds while the service wants traffic. Thread-safe. */
@Readiness
@Singleton
public class ReadinessCheck implements HealthCheck {
    private final Availability availability;
    private final boolean enabled;

    @Inject
    ReadinessCheck(Availability availability, LoadlineConfig config) {
        this.availability = availability;
        this.enabled = config.enabled();
    }

    @Override
    public HealthCheckResponse call() {
        return enabled
                ? HealthCheckResponse.named("Loadline readiness")
                        .status(availability.readiness() == ReadinessState.ACCEPTING_TRAFFIC)
                        .withData("state", availability.state().name())
                        .build()
                : HealthCheckResponse.up("Loadline readiness");
    }
}
