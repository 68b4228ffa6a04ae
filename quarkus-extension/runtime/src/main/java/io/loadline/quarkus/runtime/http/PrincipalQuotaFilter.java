/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.Rejection;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.QuotaSettings;
import io.quarkus.arc.Arc;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Asks for the quota of those whom security has found out. Thread-safe. */
public final class PrincipalQuotaFilter implements Handler<RoutingContext> {

    /** Whether clients are told by who they are. */
    public static boolean isNeeded(LoadlineConfig config) {
        return config.guard().quota().limit().isPresent()
                && QuotaSettings.isAfterSecurity(config.guard().quota());
    }

    @Override
    public void handle(RoutingContext context) {
        MatchedRoute matched = context.get(HttpAdmission.MATCHED);
        Rejection rejection = matched == null
                ? null
                : Arc.container().instance(ClientQuota.class).get().refuseLate(context, matched.route());
        if (rejection == null) {
            context.next();
        } else {
            Refusals.write(context, rejection);
        }
    }
}
