/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import org.eclipse.microprofile.rest.client.RestClientBuilder;

/** Is told of clients that are made. Must be thread-safe. */
@FunctionalInterface
public interface NewClients {
    /** Is told of one, while more can be added to its builder. */
    void made(Class<?> client, RestClientBuilder builder);
}
