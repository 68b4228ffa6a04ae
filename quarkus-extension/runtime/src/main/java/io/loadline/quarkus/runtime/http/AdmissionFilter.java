/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.quarkus.arc.Arc;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Hands requests to {@link HttpAdmission}, which is not there yet when routes are laid. Thread-safe. */
public final class AdmissionFilter implements Handler<RoutingContext> {
    private final boolean early;

    /** Written by the first requests, always with the same value. */
    private volatile @Nullable HttpAdmission admission;

    /** {@code early}: it comes before the body handler, which reads bodies whatever becomes of their requests. */
    public AdmissionFilter(boolean early) {
        this.early = early;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpAdmission known = admission;
        if (known == null) {
            known = Arc.container().instance(HttpAdmission.class).get();
            admission = known;
        }
        if (early) {
            known.handleEarly(context);
        } else {
            known.handle(context);
        }
    }
}
