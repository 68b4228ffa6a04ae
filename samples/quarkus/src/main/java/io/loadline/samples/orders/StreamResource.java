/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** Server-sent events, one a second, until the client goes or the service does, which Loadline tells. Thread-safe. */
@Path("/stream")
public class StreamResource {

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<Tick> stream() {
        return Multi.createFrom()
                .ticks()
                .every(Duration.ofSeconds(1))
                .onOverflow()
                .drop()
                .map(number -> new Tick(number, Instant.now()));
    }

    /** One of them. */
    public record Tick(long number, Instant at) {}
}
