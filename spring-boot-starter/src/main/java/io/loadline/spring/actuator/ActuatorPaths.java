/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.spring.internal.RouteContributor;
import io.loadline.spring.internal.RouteTable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.core.env.Environment;

/** Lets the actuator's paths on the main server pass untouched. Stateless. */
final class ActuatorPaths implements RouteContributor {
    private final Environment environment;
    private final ObjectProvider<PathMappedEndpoints> endpoints;

    ActuatorPaths(Environment environment, ObjectProvider<PathMappedEndpoints> endpoints) {
        this.environment = environment;
        this.endpoints = endpoints;
    }

    @Override
    public void addTo(RouteTable.Builder table) {
        if (ManagementPortType.get(environment) == ManagementPortType.SAME) {
            endpoints.ifAvailable(known -> addEndpoints(table, known));
        }
    }

    private static void addEndpoints(RouteTable.Builder table, PathMappedEndpoints endpoints) {
        String base = endpoints.getBasePath();
        if (base.isEmpty() || base.equals("/")) {
            endpoints.getAllPaths().forEach(table::untouchedBelow);
        } else {
            table.untouchedBelow(base);
        }
    }

    /** The paths of probes on the main server, whatever the management server is. */
    static RouteContributor probes(ObjectProvider<HealthEndpointGroups> groups) {
        return table -> groups.ifAvailable(known -> {
            for (HealthEndpointGroup group : known.getAllWithAdditionalPath(WebServerNamespace.SERVER)) {
                AdditionalHealthEndpointPath path = group.getAdditionalPath();
                if (path != null) {
                    table.untouched(path.getValue());
                }
            }
        });
    }
}
