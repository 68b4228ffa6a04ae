/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;

/** Adds the health group {@code startup}, unless the application has one. Immutable. */
final class StartupGroupPostProcessor implements HealthEndpointGroupsPostProcessor {
    private static final String NAME = "startup";
    private static final String MEMBER = "startupState";
    private static final AdditionalHealthEndpointPath PATH =
            AdditionalHealthEndpointPath.of(WebServerNamespace.SERVER, "/startupz");

    private final boolean additionalPath;

    /** With {@code additionalPath} the group is also at {@code /startupz}, beside Boot's {@code /livez} and {@code /readyz}. */
    StartupGroupPostProcessor(boolean additionalPath) {
        this.additionalPath = additionalPath;
    }

    @Override
    public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
        return groups.getNames().contains(NAME) ? groups : new WithStartup(groups, new StartupGroup(additionalPath));
    }

    /** The groups there were, and one more. */
    private record WithStartup(HealthEndpointGroups groups, HealthEndpointGroup startup)
            implements HealthEndpointGroups, AdditionalPathsMapper {

        @Override
        public HealthEndpointGroup getPrimary() {
            return groups.getPrimary();
        }

        @Override
        public Set<String> getNames() {
            Set<String> names = new LinkedHashSet<>(groups.getNames());
            names.add(NAME);
            return names;
        }

        @Override
        public @Nullable HealthEndpointGroup get(String name) {
            return name.equals(NAME) ? startup : groups.get(name);
        }

        @Override
        public @Nullable List<String> getAdditionalPaths(EndpointId endpoint, WebServerNamespace namespace) {
            if (!endpoint.equals(HealthEndpoint.ID)) {
                return null;
            }
            List<String> paths = new ArrayList<>();
            if (groups instanceof AdditionalPathsMapper mapper) {
                List<String> others = mapper.getAdditionalPaths(endpoint, namespace);
                paths.addAll(others == null ? List.of() : others);
            }
            AdditionalHealthEndpointPath own = startup.getAdditionalPath();
            if (own != null && own.hasNamespace(namespace)) {
                paths.add(own.getValue());
            }
            return paths;
        }
    }

    private record StartupGroup(boolean additionalPath) implements HealthEndpointGroup {
        @Override
        public boolean isMember(String name) {
            return name.equals(MEMBER);
        }

        @Override
        public boolean showComponents(SecurityContext context) {
            return false;
        }

        @Override
        public boolean showDetails(SecurityContext context) {
            return false;
        }

        @Override
        public StatusAggregator getStatusAggregator() {
            return StatusAggregator.getDefault();
        }

        @Override
        public HttpCodeStatusMapper getHttpCodeStatusMapper() {
            return HttpCodeStatusMapper.getDefault();
        }

        @Override
        public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
            return additionalPath ? PATH : null;
        }
    }
}
