/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.Loadline;
import io.loadline.management.LoadlineStatus;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** The actuator endpoint {@code loadline}: state, load, limit and their explanation. Thread-safe. */
@Endpoint(id = "loadline")
public final class LoadlineEndpoint {
    private final Loadline loadline;

    /** An endpoint that tells about {@code loadline}. */
    public LoadlineEndpoint(Loadline loadline) {
        this.loadline = loadline;
    }

    /** The present status. */
    @ReadOperation
    public LoadlineStatus status() {
        return loadline.status();
    }
}
