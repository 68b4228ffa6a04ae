/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.drain.AdmittedExchange;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.InFlightCall;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.Outcome;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.RequestTiming;
import io.loadline.limit.Route;
import io.loadline.spring.LoadlineProperties.Waiting;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.DependencyTimes;
import io.loadline.spring.internal.LongLivedPaths;
import io.loadline.spring.internal.MatchedRoute;
import io.loadline.spring.internal.Outcomes;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.util.WebUtils;

/** Admits requests, refuses what exceeds the limit, and asks for closed connections while draining. Thread-safe. */
final class AdmissionFilter implements Filter {
    /*
     * A request is admitted once, in its first dispatch. It ends when that dispatch returns or, if it has gone
     * asynchronous by then, when the container says that it is complete: see AsyncRelease. Later dispatches, ASYNC and
     * ERROR, only see to the header, since the container may hand out the bare response to them.
     *
     * What turns out to be an event stream, or was said to be long-lived, is no longer one of the admitted, and is told
     * to go when a drain begins: a stream ends, a long poll has its time-out.
     */
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionFilter.class);

    private final Loadline loadline;
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final CollectedRoutes routes;
    private final LongLivedPaths longLived;
    private final ContextHeaders headers;
    private final Waiting waiting;
    private final WaitNote waits;

    AdmissionFilter(
            Loadline loadline,
            CollectedRoutes routes,
            LongLivedPaths longLived,
            ContextHeaders headers,
            Waiting waiting,
            WaitNote waits) {
        this.loadline = loadline;
        this.limiter = loadline.limiter();
        this.drain = loadline.drain();
        this.routes = routes;
        this.longLived = longLived;
        this.headers = headers;
        this.waiting = waiting;
        this.waits = waits;
    }

    @Override
    public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
            throws IOException, ServletException {
        if (!(anyRequest instanceof HttpServletRequest bareRequest)
                || !(anyResponse instanceof HttpServletResponse bareResponse)) {
            chain.doFilter(anyRequest, anyResponse);
            return;
        }
        HttpServletRequest request = bareRequest;
        LimitedResponse response = bareResponse instanceof LimitedResponse limited
                ? limited
                : new LimitedResponse(bareResponse, drain, request.getProtocol().startsWith("HTTP/1."));
        response.reportLoad(loadline.orca(), request);
        LimitedResponse answering = null;
        DispatcherType dispatch = request.getDispatcherType();
        if (dispatch == DispatcherType.ASYNC) {
            answering = WebUtils.getNativeResponse(bareResponse, LimitedResponse.class);
            if (answering != null) {
                answering.answering();
            }
        }
        MatchedRoute matched = dispatch == DispatcherType.REQUEST ? route(request) : null;
        if (matched == null) {
            CallContext context = (CallContext) request.getAttribute(CallContext.ATTRIBUTE);
            try {
                within(context == null ? CallContext.NONE : context, chain, request, response);
                beforeReturn(request, response);
            } finally {
                if (answering != null && answering.takeStream()) {
                    // The call of the first dispatch goes on until the exchange ends, and keeps its place.
                    limiter.streams().end();
                }
            }
            return;
        }
        Route route = matched.route();
        CallContext context = matched.context(headers, name -> header(bareRequest, name));
        boolean mayWait = waiting.maxWait() != null && (waiting.platformThreads() || VirtualThreads.isCurrent());
        Duration maxWait = mayWait ? waiting.maxWait() : null;
        WaitNote.Wait wait = maxWait == null ? null : waits.atMost(maxWait);
        long ticket;
        try {
            ticket = acquire(route, context, wait);
        } catch (RejectedException e) {
            response.answer(e.rejection().reason(), !request.getMethod().equals("HEAD"));
            return;
        }
        InFlightCall call = null;
        RequestTiming timing = null;
        Throwable failure = null;
        response.admitted(limiter, route);
        try {
            CallContext served = DependencyTimes.begin(loadline, context);
            timing = served.timing();
            call = drain.inFlightCalls().begin(route, ticket);
            if (!longLived.isEmpty() && longLived.match(path(request))) {
                request = new EarlyTimeoutRequest(request);
            }
            within(served, chain, request, response);
            beforeReturn(request, response);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            if (wait != null) {
                wait.forget();
            }
            end(request, response, route, ticket, call, timing, failure);
        }
    }

    /** Later dispatches, and threads that an application hands a request on to, find the context in the attribute. */
    @SuppressWarnings("try")
    private static void within(
            CallContext context, FilterChain chain, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        if (context == CallContext.NONE) {
            chain.doFilter(request, response);
            return;
        }
        request.setAttribute(CallContext.ATTRIBUTE, context);
        try (CallContext.Scope scope = context.open()) {
            chain.doFilter(request, response);
        }
    }

    /** Only baggage is customarily sent in several headers of one name. */
    private static @Nullable String header(HttpServletRequest request, String name) {
        String first = request.getHeader(name);
        return first == null || !name.equals(ContextHeaders.BAGGAGE)
                ? first
                : String.join(",", Collections.list(request.getHeaders(name)));
    }

    private long acquire(Route route, CallContext context, WaitNote.@Nullable Wait wait) {
        if (wait == null) {
            return limiter.acquireTicket(route, context);
        }
        try {
            return wait.acquire(limiter, route, context);
        } catch (InterruptedException e) {
            // The container wants its threads back.
            Thread.currentThread().interrupt();
            throw RejectedException.of(RejectionReason.QUEUE);
        }
    }

    /** A response that has gone asynchronous belongs to another thread by now, which looks itself when it writes. */
    private static void beforeReturn(HttpServletRequest request, LimitedResponse response) {
        if (!request.isAsyncStarted()) {
            response.beforeCommit();
        }
    }

    private @Nullable MatchedRoute route(HttpServletRequest request) {
        return routes.match(request.getMethod(), path(request), request::getHeader);
    }

    static String path(HttpServletRequest request) {
        String path = request.getRequestURI();
        String context = request.getContextPath();
        return path.startsWith(context) ? path.substring(context.length()) : path;
    }

    private void end(
            HttpServletRequest request,
            LimitedResponse response,
            Route route,
            long ticket,
            @Nullable InFlightCall call,
            @Nullable RequestTiming timing,
            @Nullable Throwable failure) {
        boolean handedOver = false;
        Outcome outcome = Outcome.IGNORED;
        try {
            if (call != null && request.isAsyncStarted()) {
                AdmittedExchange admission = new AdmittedExchange(limiter, drain, route, ticket, call, timing);
                request.getAsyncContext().addListener(new AsyncRelease(limiter, admission, response));
                handedOver = true;
                call.handOver();
                outlive(request, response, admission);
            } else {
                outcome = outcome(limiter, response, failure);
            }
        } finally {
            if (response.takeStream()) {
                limiter.streams().end();
            }
            if (!handedOver) {
                if (call != null) {
                    call.end();
                }
                limiter.release(ticket, route, outcome, timing);
            }
        }
    }

    private void outlive(HttpServletRequest request, LimitedResponse response, AdmittedExchange admission) {
        AsyncContext context = request.getAsyncContext();
        Runnable complete = (Runnable) request.getAttribute(EmitterNote.COMPLETE);
        boolean events = request.getAttribute(EmitterNote.EVENTS) != null;
        if (complete == null && request instanceof EarlyTimeoutRequest poll) {
            boolean unusedIfTooMany = admission.outlive(() -> unlessEnded(poll::timeOut));
            return;
        }
        Runnable farewell = () -> unlessEnded(() -> {
            if (complete == null) {
                response.end(context::complete);
            } else {
                response.afterWrites(complete);
            }
        });
        Runnable outlive = () -> {
            response.guardWrites();
            if (!admission.outliveOrRefuse(farewell)) {
                response.refuse(RejectionReason.ROUTE_CAP, () -> unlessEnded(context::complete));
            }
        };
        // Before its first event a response may not tell what it is: what the controller returned does. Not the client,
        // who would have a way around the limit, and may well take an answer instead.
        if (response.takeStream()) {
            response.guardWrites();
            admission.outliveBegun(farewell);
        } else if (events) {
            outlive.run();
        } else {
            if (request instanceof EarlyTimeoutRequest) {
                // Only if it turns out to be an event stream is it refused where there are too many.
                response.guardWrites();
                boolean unusedIfTooMany = admission.outlive(farewell);
            }
            response.onStream(outlive, () -> {
                boolean unusedIfTooMany = admission.stream();
            });
        }
    }

    private static void unlessEnded(Runnable farewell) {
        try {
            farewell.run();
        } catch (IllegalStateException e) {
            LOG.debug("An exchange has ended before it could be told to go", e);
        }
    }

    static Outcome outcome(ConcurrencyLimiter limiter, LimitedResponse response, @Nullable Throwable failure) {
        if (failure != null) {
            return Outcomes.of(limiter, failure);
        }
        // How long a stream takes that its own thread writes is no latency either, though it keeps its place meanwhile.
        if (response.isRefused() || Outcomes.isStream(response.getContentType())) {
            return Outcome.IGNORED;
        }
        if (response.isClientGone() || response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            return Outcome.IGNORED;
        }
        return Outcome.ofHttpStatus(response.getStatus());
    }
}
