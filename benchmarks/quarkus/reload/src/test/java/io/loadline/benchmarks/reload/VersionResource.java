/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.reload;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Tells how often it was changed. Stateless. */
@Path("/version")
public class VersionResource {
    @GET
    public String version() {
        return "version 0";
    }
}
