/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.IntakeGate;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.metrics.LoadlineMetrics;
import io.loadline.quarkus.runtime.config.LimitSettings;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.signal.LoadSignal;
import io.loadline.startup.Startup;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;

/** The parts of the service's {@link Loadline} as beans; it closes them itself. Stateless. */
@Singleton
public class LoadlineParts {

    @Produces
    @Singleton
    @DefaultBean
    ConcurrencyLimiter limiter(Loadline loadline) {
        return loadline.limiter();
    }

    @Produces
    @Singleton
    @DefaultBean
    ContextHeaders contextHeaders(LoadlineConfig config) {
        return LimitSettings.contextHeaders(config.limit());
    }

    @Produces
    @Singleton
    @DefaultBean
    Availability availability(Loadline loadline) {
        return loadline.availability();
    }

    @Produces
    @Singleton
    @DefaultBean
    DrainCoordinator drain(Loadline loadline) {
        return loadline.drain();
    }

    @Produces
    @Singleton
    @DefaultBean
    Startup startup(Loadline loadline) {
        return loadline.startup();
    }

    @Produces
    @Singleton
    @DefaultBean
    LoadSignal signal(Loadline loadline) {
        return loadline.signal();
    }

    @Produces
    @Singleton
    @DefaultBean
    DependencyGuards guards(Loadline loadline) {
        return loadline.guards();
    }

    @Produces
    @Singleton
    @DefaultBean
    Degradation degradation(Loadline loadline) {
        return loadline.degradation();
    }

    @Produces
    @Singleton
    @DefaultBean
    IntakeGate intake(Loadline loadline) {
        return loadline.intake();
    }

    /** Not as a MeterBinder, which Quarkus would bind before there is all that it reads: {@link ApplicationMeters} does. */
    @Produces
    @Singleton
    @DefaultBean
    @Typed(LoadlineMetrics.class)
    LoadlineMetrics metrics(Loadline loadline) {
        return loadline.metrics();
    }
}
