/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.Loadline;
import io.loadline.guard.ClientKey;
import io.loadline.guard.ClientRequest;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.limit.Rejection;
import io.loadline.limit.Route;
import io.loadline.quarkus.QuotaBuilderCustomizer;
import io.loadline.quarkus.runtime.config.GuardConfig.Quotas;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.QuotaSettings;
import io.quarkus.arc.All;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The quota that requests are asked for, if there is one, and by what clients are told apart. Thread-safe. */
@Singleton
public class ClientQuota {
    private final @Nullable Quota quota;
    private final @Nullable ClientKey key;
    private final boolean afterSecurity;

    /** The quota of the settings; {@code keys} are the application's. */
    @Inject
    public ClientQuota(LoadlineConfig config, @All List<QuotaBuilderCustomizer> customizers, Instance<ClientKey> keys) {
        Quotas settings = config.guard().quota();
        quota = config.enabled()
                ? QuotaSettings.quota(settings, config.limit().routes(), customizers)
                        .orElse(null)
                : null;
        key = quota == null ? null : QuotaSettings.clientKey(settings, () -> keys.isResolvable() ? keys.get() : null);
        afterSecurity = QuotaSettings.isAfterSecurity(settings);
    }

    /** The quota itself. */
    public Optional<Quota> quota() {
        return Optional.ofNullable(quota);
    }

    /** Why a request is refused before security is asked; null if it is not. */
    @Nullable
    Rejection refuseEarly(RoutingContext context, Route route) {
        return afterSecurity ? null : refuse(new Request(context, null), route);
    }

    /** Why a request of {@code identity}, as security knows, is refused; null if it is not. */
    @Nullable
    Rejection refuseLate(RoutingContext context, Route route, @Nullable SecurityIdentity identity) {
        String principal = identity == null || identity.isAnonymous()
                ? null
                : identity.getPrincipal().getName();
        return refuse(new Request(context, principal), route);
    }

    /** Tells the observation under way, if there is one, that this has refused it. */
    void tellRefused(Loadline loadline) {
        if (quota != null) {
            loadline.observations().quotaRefused(quota.name());
        }
    }

    private @Nullable Rejection refuse(ClientRequest request, Route route) {
        if (quota == null || key == null) {
            return null;
        }
        QuotaDecision decision = quota.tryAcquire(request, key, route);
        return decision.admitted() ? null : decision.rejection();
    }

    /**
     * What of a request may tell its client.
     *
     * @param context of which the connection is asked: Quarkus believes headers that tell another client, if told to
     * @param principal the user, if security was asked
     */
    private record Request(RoutingContext context, @Nullable String principal) implements ClientRequest {
        @Override
        public List<String> headers(String name) {
            return context.request().headers().getAll(name);
        }

        @Override
        public @Nullable String remoteAddress() {
            SocketAddress peer = context.request().connection().remoteAddress();
            return peer == null ? null : peer.hostAddress();
        }
    }
}
