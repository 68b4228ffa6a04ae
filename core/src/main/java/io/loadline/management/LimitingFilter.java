/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.LongLivedExchanges;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.Outcome;
import io.loadline.limit.RejectedException;
import io.loadline.limit.Route;
import io.loadline.signal.OrcaReports;
import io.loadline.startup.WarmUp;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the limiter in front of handlers of the JDK's HTTP server: refused requests get 503 with {@code Retry-After} and a
 * problem detail; while draining, responses ask for their connection to be closed. Thread-safe.
 *
 * <p>For handlers that answer before they return; see {@link #longLived} for those that take long to. Do not add it to
 * the contexts of {@link ManagementEndpoints}: probes are never limited.
 */
public final class LimitingFilter extends Filter {
    private static final Logger LOG = LoggerFactory.getLogger(LimitingFilter.class);

    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final @Nullable WarmUp warmUp;
    private final List<String> excludedUserAgents;
    private final ContextHeaders contextHeaders;
    private final Duration maxWait;
    private final @Nullable OrcaReports reports;
    private final Function<? super HttpExchange, ? extends @Nullable Route> routeOf;
    private final AtomicBoolean routeFailureLogged = new AtomicBoolean();

    /**
     * A filter that admits by {@code limiter}. {@code routeOf} must take names from code, never from the request; where
     * it throws or returns null the request counts as {@link ConcurrencyLimiter#otherRoute()}.
     */
    public LimitingFilter(
            ConcurrencyLimiter limiter,
            DrainCoordinator drain,
            Function<? super HttpExchange, ? extends @Nullable Route> routeOf) {
        this(limiter, drain, null, routeOf);
    }

    /** The same, but calls of {@code warmUp} pass untouched: they are no load, and slow on purpose. */
    public LimitingFilter(
            ConcurrencyLimiter limiter,
            DrainCoordinator drain,
            @Nullable WarmUp warmUp,
            Function<? super HttpExchange, ? extends @Nullable Route> routeOf) {
        this(limiter, drain, warmUp, List.of(), ContextHeaders.defaults(), Duration.ZERO, null, routeOf);
    }

    private LimitingFilter(
            ConcurrencyLimiter limiter,
            DrainCoordinator drain,
            @Nullable WarmUp warmUp,
            List<String> excludedUserAgents,
            ContextHeaders contextHeaders,
            Duration maxWait,
            @Nullable OrcaReports reports,
            Function<? super HttpExchange, ? extends @Nullable Route> routeOf) {
        this.limiter = limiter;
        this.drain = drain;
        this.warmUp = warmUp;
        this.excludedUserAgents = excludedUserAgents;
        this.contextHeaders = contextHeaders;
        this.maxWait = maxWait;
        this.reports = reports;
        this.routeOf = routeOf;
    }

    /**
     * A filter like this one, but requests of these user agents are neither limited nor counted as traffic: the checks of
     * a balancer, for example, would otherwise keep a drain from seeing that the traffic has stopped. Anybody may call
     * himself so.
     *
     * @param prefixes what their {@code User-Agent} headers begin with, for example {@code ELB-HealthChecker/}
     * @throws IllegalArgumentException if one is blank
     */
    public LimitingFilter excludeUserAgents(String... prefixes) {
        for (String prefix : prefixes) {
            checkArgument(!prefix.isBlank(), "prefix must not be blank: '%s'", prefix);
        }
        return new LimitingFilter(limiter, drain, warmUp, List.of(prefixes), contextHeaders, maxWait, reports, routeOf);
    }

    /**
     * A filter like this one that reads how much a request matters, whom it is for and how long its client waits as
     * {@code headers} say. Handlers find it in {@link CallContext#current()}. Default: {@link ContextHeaders#defaults()}.
     */
    public LimitingFilter contextHeaders(ContextHeaders headers) {
        return new LimitingFilter(limiter, drain, warmUp, excludedUserAgents, headers, maxWait, reports, routeOf);
    }

    /**
     * A filter like this one, but a request that is not admitted at once waits for it, which blocks its thread: for
     * servers with a virtual thread for each request. Default: none waits.
     *
     * @param atMost how long; how many is {@link ConcurrencyLimiter.Builder#maxWaiters}
     * @throws IllegalArgumentException unless it is positive
     */
    public LimitingFilter waiting(Duration atMost) {
        checkArgument(!atMost.isZero() && !atMost.isNegative(), "atMost must be positive: %s", atMost);
        return new LimitingFilter(limiter, drain, warmUp, excludedUserAgents, contextHeaders, atMost, reports, routeOf);
    }

    /**
     * A filter like this one that tells load balancers of the load, in responses and refusals, as {@code told} says.
     * Default: it tells nobody.
     */
    public LimitingFilter loadReports(OrcaReports told) {
        return new LimitingFilter(limiter, drain, warmUp, excludedUserAgents, contextHeaders, maxWait, told, routeOf);
    }

    /**
     * Tells that {@code exchange} lasts until somebody ends it: an event stream, a long poll. It no longer counts as a call
     * in flight, and neither fills the limiter nor holds a drain for long. To be called by the handler, at any time before
     * it returns; that ends the exchange. Returns false if there are as many streams as there may be: the handler should
     * answer with 503, and the exchange stays an ordinary call.
     *
     * <p>A response whose type says that it is a stream is known to be one without; a drain waits for its end. If there are
     * too many by then, an event stream is answered with 503, and {@code sendResponseHeaders} fails as for a client that has
     * gone; any other stream stays an ordinary call.
     *
     * @param farewell tells the client to go, see {@link LongLivedExchanges#open}
     * @throws IllegalArgumentException if {@code exchange} is not what this filter gave to the handler
     */
    @CanIgnoreReturnValue
    public static boolean longLived(HttpExchange exchange, Runnable farewell) {
        checkArgument(
                exchange instanceof DrainingExchange,
                "the exchange must be the one the filter passes on: %s",
                exchange.getClass().getName());
        return ((DrainingExchange) exchange).admission().longLived(farewell);
    }

    @Override
    @SuppressWarnings("try")
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Route route = route(exchange);
        Admission admission = new Admission(limiter, drain, route);
        DrainingExchange draining = new DrainingExchange(exchange, drain, admission, reports);
        CallContext context = CallContext.NONE;
        if (!isUntouched(exchange.getRequestHeaders())) {
            context = contextHeaders.read(route, name -> header(exchange.getRequestHeaders(), name));
            try {
                admission.acquire(context, maxWait);
            } catch (RejectedException e) {
                Refusals.write(draining, e.rejection());
                return;
            }
        }
        Outcome outcome = Outcome.IGNORED;
        try (CallContext.Scope scope = admission.begin(context).open()) {
            chain.doFilter(draining);
            int status = draining.getResponseCode();
            // A handler that did not answer says nothing about the time an answer takes.
            outcome = status > 0 ? Outcome.ofHttpStatus(status) : Outcome.IGNORED;
        } catch (IOException | RuntimeException e) {
            outcome = limiter.outcomeOf(e);
            throw e;
        } catch (Error e) {
            outcome = limiter.outcomeOf(e);
            // The server closes the connection after an exception only; its client would wait for ever.
            exchange.close();
            throw e;
        } finally {
            admission.end(outcome);
        }
    }

    /** The first of several, but for baggage, which is one list in as many headers as one likes (W3C). */
    private static @Nullable String header(Headers headers, String name) {
        return name.equals(ContextHeaders.BAGGAGE) && headers.containsKey(name)
                ? String.join(",", headers.get(name))
                : headers.getFirst(name);
    }

    private boolean isUntouched(Headers headers) {
        if (warmUp != null && warmUp.isOwn(headers.getFirst(WarmUp.HEADER))) {
            return true;
        }
        String userAgent = excludedUserAgents.isEmpty() ? null : headers.getFirst("User-Agent");
        return userAgent != null && excludedUserAgents.stream().anyMatch(userAgent::startsWith);
    }

    private Route route(HttpExchange exchange) {
        try {
            Route route = routeOf.apply(exchange);
            if (route != null) {
                return route;
            }
        } catch (RuntimeException e) {
            if (routeFailureLogged.compareAndSet(false, true)) {
                LOG.warn(
                        "A route could not be told; such requests count as {}, and this is logged once",
                        Route.OTHER,
                        e);
            }
        }
        return limiter.otherRoute();
    }

    @Override
    public String description() {
        return "Loadline: admits what the service can finish";
    }
}
