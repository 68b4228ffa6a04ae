/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/**
 * The service that knows what is in stock. That its requests are guarded is a setting of the profile that asks it, so that
 * nothing tells of a guard where nobody is asked; {@code @Guarded("inventory")} would say so here.
 */
@Path("/stock")
@RegisterRestClient(configKey = "inventory")
public interface Inventory {
    @GET
    @Path("{id}")
    String stock(@PathParam("id") long id);
}
