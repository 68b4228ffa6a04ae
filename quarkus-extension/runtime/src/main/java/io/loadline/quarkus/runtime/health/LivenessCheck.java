/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.health;

import io.loadline.availability.Availability;
import io.loadline.availability.LivenessState;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Fails when the service is broken. Thread-safe. */
@Liveness
@Singleton
public class LivenessCheck implements HealthCheck {
    private final Availability availability;
    private final boolean enabled;

    @Inject
    LivenessCheck(Availability availability, LoadlineConfig config) {
        this.availability = availability;
        this.enabled = config.enabled();
    }

    @Override
    public HealthCheckResponse call() {
        return enabled
                ? HealthCheckResponse.named("Loadline liveness")
                        .status(availability.liveness() == LivenessState.CORRECT)
                        .withData("state", availability.state().name())
                        .build()
                : HealthCheckResponse.up("Loadline liveness");
    }
}
