/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.Loadline;
import io.loadline.limit.Rejection;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.QuotaSettings;
import io.quarkus.arc.Arc;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Asks for the quota of those whom security has found out, or finds out when it is asked. Thread-safe. */
public final class PrincipalQuotaFilter implements Handler<RoutingContext> {
    private static final String ASKED = PrincipalQuotaFilter.class.getName();

    /** Whether clients are told by who they are. */
    public static boolean isNeeded(LoadlineConfig config) {
        return config.guard().quota().limit().isPresent()
                && QuotaSettings.isAfterSecurity(config.guard().quota());
    }

    @Override
    public void handle(RoutingContext context) {
        MatchedRoute matched = context.get(HttpAdmission.MATCHED);
        if (matched == null || context.get(ASKED) != null) {
            // Rerouted: it has paid.
            context.next();
            return;
        }
        context.put(ASKED, true);
        Uni<SecurityIdentity> later =
                context.user() == null ? context.get(QuarkusHttpUser.DEFERRED_IDENTITY_KEY) : null;
        if (later == null) {
            decide(context, matched, known(context.user()));
            return;
        }
        // Whoever knows may answer by any thread. A client that is not believed is nobody; whether that is allowed is
        // not for here to say.
        Context loop = context.vertx().getOrCreateContext();
        Cancellable unused = later.subscribe()
                .with(
                        identity -> loop.runOnContext(on -> decideOrFail(context, matched, identity)),
                        failure -> loop.runOnContext(on -> decideOrFail(context, matched, null)));
    }

    private static void decideOrFail(
            RoutingContext context, MatchedRoute matched, @Nullable SecurityIdentity identity) {
        try {
            decide(context, matched, identity);
        } catch (Throwable e) {
            context.fail(e);
        }
    }

    private static void decide(RoutingContext context, MatchedRoute matched, @Nullable SecurityIdentity identity) {
        ClientQuota clients = Arc.container().instance(ClientQuota.class).get();
        Rejection rejection = clients.refuseLate(context, matched.route(), identity);
        if (rejection == null) {
            context.next();
        } else {
            clients.tellRefused(Arc.container().instance(Loadline.class).get());
            Refusals.write(context, rejection);
        }
    }

    private static @Nullable SecurityIdentity known(@Nullable User user) {
        return user instanceof QuarkusHttpUser known ? known.getSecurityIdentity() : null;
    }
}
