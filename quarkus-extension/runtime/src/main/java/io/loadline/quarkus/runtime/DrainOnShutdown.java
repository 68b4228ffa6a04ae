/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.runtime.shutdown.ShutdownListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the shutdown until the service has drained. Stateless; made by the bytecode of the application. */
public class DrainOnShutdown implements ShutdownListener {
    /*
     * The one place that knows this interface. Quarkus awaits the first half of its shutdown whatever is set, and without a
     * limit: everything still runs then. The drain has a deadline of its own.
     */
    private static final Logger LOG = LoggerFactory.getLogger(DrainOnShutdown.class);

    @Override
    public void preShutdown(ShutdownNotification notification) {
        try {
            ArcContainer container = Arc.container();
            if (container == null || !container.isRunning()) {
                notification.done();
                return;
            }
            container
                    .instance(ServiceDrain.class)
                    .get()
                    .begin()
                    .whenComplete((drained, failure) -> notification.done());
        } catch (RuntimeException | Error e) {
            // Nobody else would let the process end.
            LOG.warn("The service leaves without a drain", e);
            notification.done();
        }
    }
}
