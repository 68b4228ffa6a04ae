/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpPrincipal;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.ClientKey;
import io.loadline.guard.ClientRequest;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.limit.Route;
import io.loadline.metrics.LoadlineObservations;
import io.loadline.signal.OrcaReports;
import io.loadline.startup.WarmUp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a quota in front of handlers of the JDK's HTTP server: requests beyond it get 429 with {@code Retry-After} and a
 * problem detail. Thread-safe.
 *
 * <p>Add it before the {@link LimitingFilter}: what a client may not ask for is no load. The server authenticates after all
 * filters, so a quota by principal goes {@link #around} the handler instead. Do not add it to the contexts of
 * {@link ManagementEndpoints}.
 */
public final class QuotaFilter extends Filter {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaFilter.class);

    private final Quota quota;
    private final ClientKey keyOf;
    private final DrainCoordinator drain;
    private final @Nullable WarmUp warmUp;
    private final Function<? super HttpExchange, ? extends @Nullable Route> routeOf;
    private final @Nullable LoadlineObservations observations;
    private final @Nullable OrcaReports reports;

    /** Written by whoever logs it. */
    private final AtomicBoolean routeFailureLogged = new AtomicBoolean();

    /** A filter that asks {@code quota} for the client that {@code keyOf} tells; refusals while draining say so. */
    public QuotaFilter(Quota quota, ClientKey keyOf, DrainCoordinator drain) {
        this(quota, keyOf, drain, null);
    }

    /** The same, but calls of {@code warmUp} pass untouched: the service itself is no client. */
    public QuotaFilter(Quota quota, ClientKey keyOf, DrainCoordinator drain, @Nullable WarmUp warmUp) {
        this(quota, keyOf, drain, warmUp, exchange -> null, null, null);
    }

    private QuotaFilter(
            Quota quota,
            ClientKey keyOf,
            DrainCoordinator drain,
            @Nullable WarmUp warmUp,
            Function<? super HttpExchange, ? extends @Nullable Route> routeOf,
            @Nullable LoadlineObservations observations,
            @Nullable OrcaReports reports) {
        this.quota = quota;
        this.keyOf = keyOf;
        this.drain = drain;
        this.warmUp = warmUp;
        this.routeOf = routeOf;
        this.observations = observations;
        this.reports = reports;
    }

    /**
     * A filter like this one that asks for the limits of routes, too, see {@link Quota.Builder#route}. What {@code routeOf}
     * tells should be what the {@link LimitingFilter} is told; where it throws or returns null, no route's limit is asked.
     */
    public QuotaFilter routes(Function<? super HttpExchange, ? extends @Nullable Route> routeOfExchange) {
        return new QuotaFilter(quota, keyOf, drain, warmUp, routeOfExchange, observations, reports);
    }

    /** A filter like this one that notes refusals on the observation under way, as {@code told} does. */
    public QuotaFilter observations(LoadlineObservations told) {
        return new QuotaFilter(quota, keyOf, drain, warmUp, routeOf, told, reports);
    }

    /** A filter like this one that tells load balancers of the load in refusals, as {@link LimitingFilter#loadReports}. */
    public QuotaFilter loadReports(OrcaReports told) {
        return new QuotaFilter(quota, keyOf, drain, warmUp, routeOf, observations, told);
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        boolean own =
                warmUp != null && warmUp.isOwn(exchange.getRequestHeaders().getFirst(WarmUp.HEADER));
        QuotaDecision decision = own ? null : quota.tryAcquire(new Request(exchange), keyOf, route(exchange));
        if (decision == null || decision.admitted()) {
            chain.doFilter(exchange);
            return;
        }
        if (observations != null) {
            observations.quotaRefused(quota.name());
        }
        if (drain.isDraining()) {
            exchange.getResponseHeaders().set("Connection", "close");
        }
        LoadHeader.set(exchange, reports);
        Refusals.write(exchange, decision.rejection());
    }

    private @Nullable Route route(HttpExchange exchange) {
        try {
            return routeOf.apply(exchange);
        } catch (RuntimeException e) {
            if (routeFailureLogged.compareAndSet(false, true)) {
                LOG.warn("The route of a request could not be found out, so it has no limit; this is logged once", e);
            }
            return null;
        }
    }

    /** The same in front of one handler, after the context's authenticator. */
    public HttpHandler around(HttpHandler handler) {
        return exchange -> doFilter(exchange, new Chain(List.of(), handler));
    }

    @Override
    public String description() {
        return "Loadline: admits what each client may ask for";
    }

    /**
     * What of an exchange may tell its client.
     *
     * @param exchange the server's own
     */
    private record Request(HttpExchange exchange) implements ClientRequest {
        @Override
        public List<String> headers(String name) {
            List<String> values = exchange.getRequestHeaders().get(name);
            return values == null ? List.of() : values;
        }

        @Override
        public @Nullable String remoteAddress() {
            InetSocketAddress remote = exchange.getRemoteAddress();
            InetAddress address = remote == null ? null : remote.getAddress();
            return address == null ? null : address.getHostAddress();
        }

        @Override
        public @Nullable String principal() {
            HttpPrincipal principal = exchange.getPrincipal();
            return principal == null ? null : principal.getUsername();
        }
    }
}
