/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** What is changed and reloaded. */
@Path("/version")
public class ReloadedResource {

    @GET
    public String version() {
        return "version 0";
    }
}
