/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.Loadline;
import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.LoadlineProperties;
import io.loadline.spring.internal.RouteContributor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.application.LivenessStateHealthIndicator;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Lets the probes of Spring Boot tell the state of the service, and adds one for the start. */
@AutoConfiguration(
        after = {LoadlineAutoConfiguration.class, ApplicationAvailabilityAutoConfiguration.class},
        before = {AvailabilityHealthContributorAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class})
@ConditionalOnClass({
    ReadinessStateHealthIndicator.class,
    HealthEndpointGroups.class,
    AvailabilityProbesAutoConfiguration.class
})
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "management.endpoint.health.probes.enabled", matchIfMissing = true)
@ConditionalOnBean({Loadline.class, ApplicationAvailability.class})
public final class LoadlineHealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "readinessStateHealthIndicator")
    ReadinessStateHealthIndicator readinessStateHealthIndicator(
            ApplicationAvailability application, Loadline loadline) {
        return new ServiceReadinessIndicator(application, loadline.availability());
    }

    @Bean
    @ConditionalOnMissingBean(name = "livenessStateHealthIndicator")
    LivenessStateHealthIndicator livenessStateHealthIndicator(ApplicationAvailability application, Loadline loadline) {
        return new ServiceLivenessIndicator(application, loadline.availability());
    }

    @Bean
    @ConditionalOnMissingBean(name = "startupStateHealthIndicator")
    StartupStateHealthIndicator startupStateHealthIndicator(Loadline loadline) {
        return new StartupStateHealthIndicator(loadline.availability());
    }

    @Bean
    StartupGroupPostProcessor loadlineStartupGroup(Environment environment) {
        return new StartupGroupPostProcessor(environment.getProperty(
                "management.endpoint.health.probes.add-additional-paths", Boolean.class, false));
    }

    @Bean
    HealthDependencies loadlineHealthDependencies(
            LoadlineProperties properties,
            ObjectProvider<HealthContributorRegistry> blocking,
            ObjectProvider<ReactiveHealthContributorRegistry> reactive) {
        return new HealthDependencies(properties.startup().dependencies(), blocking, reactive);
    }

    @Bean
    RouteContributor loadlineProbePaths(ObjectProvider<HealthEndpointGroups> groups) {
        return ActuatorPaths.probes(groups);
    }
}
