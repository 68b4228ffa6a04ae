/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.smallrye.health.SmallRyeHealth;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * The probes on the service's own port, by the names of the other samples: Quarkus serves them on the management port. Loadline
 * never limits these paths. Thread-safe.
 */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public class ProbeResource {
    private final SmallRyeHealthReporter health;

    ProbeResource(SmallRyeHealthReporter health) {
        this.health = health;
    }

    @GET
    @Path("livez")
    public Uni<Response> live() {
        return health.getLivenessAsync().map(ProbeResource::answer);
    }

    @GET
    @Path("readyz")
    public Uni<Response> ready() {
        return health.getReadinessAsync().map(ProbeResource::answer);
    }

    @GET
    @Path("startupz")
    public Uni<Response> started() {
        return health.getStartupAsync().map(ProbeResource::answer);
    }

    private static Response answer(SmallRyeHealth health) {
        return Response.status(health.isDown() ? 503 : 200)
                .entity(health.getPayload().toString())
                .build();
    }
}
