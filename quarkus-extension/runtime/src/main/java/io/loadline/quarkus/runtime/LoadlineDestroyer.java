/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.quarkus.arc.BeanDestroyer;
import jakarta.enterprise.context.spi.CreationalContext;
import java.util.Map;

/** Closes the service's Loadline with its container, also where the start has failed. Stateless; made by the container. */
public final class LoadlineDestroyer implements BeanDestroyer<Loadline> {
    @Override
    public void destroy(Loadline instance, CreationalContext<Loadline> context, Map<String, Object> params) {
        instance.close();
    }
}
