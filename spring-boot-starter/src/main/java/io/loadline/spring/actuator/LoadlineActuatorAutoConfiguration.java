/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.Loadline;
import io.loadline.spring.LoadlineAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Adds the actuator endpoint {@code loadline} and keeps the limiter from the actuator's paths. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnClass({ManagementPortType.class, PathMappedEndpoints.class})
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(Loadline.class)
public final class LoadlineActuatorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    LoadlineEndpoint loadlineEndpoint(Loadline loadline, ObjectProvider<EndpointAccessResolver> access) {
        EndpointAccessResolver resolver = access.getIfUnique();
        boolean writable = resolver != null
                && resolver.accessFor(EndpointId.of(LoadlineEndpoint.ID), Access.READ_ONLY) == Access.UNRESTRICTED;
        return new LoadlineEndpoint(loadline, writable);
    }

    @Bean
    ActuatorPaths loadlineActuatorPaths(Environment environment, ObjectProvider<PathMappedEndpoints> endpoints) {
        return new ActuatorPaths(environment, endpoints);
    }
}
