/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.Loadline;
import io.loadline.management.LoadlineStatus;
import io.loadline.spring.internal.StatusReads;
import io.loadline.spring.internal.StatusReads.Body;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.MimeType;

/**
 * The actuator endpoint {@code loadline}: state, load, limit and their explanation, and the other reads below it.
 * Thread-safe.
 */
@Endpoint(id = "loadline")
public final class LoadlineEndpoint {
    private final Loadline loadline;
    private final StatusReads reads;

    /** An endpoint that tells about {@code loadline}. */
    public LoadlineEndpoint(Loadline loadline) {
        this.loadline = loadline;
        this.reads = new StatusReads(loadline);
    }

    /** The present status. */
    @ReadOperation
    public LoadlineStatus status() {
        return loadline.status();
    }

    /** The same as at {@code /loadline/<part>}, for example {@code startup}; null, which is a 404, if there is no such part. */
    @ReadOperation
    public @Nullable WebEndpointResponse<String> part(@Selector String part) {
        Body read = reads.part(part);
        return read == null ? null : new WebEndpointResponse<>(read.text(), MimeType.valueOf(read.contentType()));
    }
}
