/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.arc.InstanceHandle;
import org.eclipse.microprofile.rest.client.RestClientBuilder;
import org.eclipse.microprofile.rest.client.spi.RestClientListener;

/** Tells of clients that are made, if somebody listens: only with Quarkus' own client does. Stateless. */
public final class ClientListener implements RestClientListener {

    @Override
    public void onNewClient(Class<?> client, RestClientBuilder builder) {
        ArcContainer container = Arc.container();
        if (container != null) {
            InstanceHandle<NewClients> listener = container.instance(NewClients.class);
            if (listener.isAvailable()) {
                listener.get().made(client, builder);
            }
        }
    }
}
