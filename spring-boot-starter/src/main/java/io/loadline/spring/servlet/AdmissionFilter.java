/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.Rejection;
import io.loadline.limit.Route;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.Outcomes;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Admits requests, refuses what exceeds the limit, and asks for closed connections while draining. Thread-safe. */
final class AdmissionFilter implements Filter {
    /*
     * A request is admitted once, in its first dispatch. It ends when that dispatch returns or, if it has gone
     * asynchronous by then, when the container says that it is complete: see AsyncRelease. Later dispatches, ASYNC and
     * ERROR, only see to the header, since the container may hand out the bare response to them.
     */
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final CollectedRoutes routes;

    AdmissionFilter(Loadline loadline, CollectedRoutes routes) {
        this.limiter = loadline.limiter();
        this.drain = loadline.drain();
        this.routes = routes;
    }

    @Override
    public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
            throws IOException, ServletException {
        if (!(anyRequest instanceof HttpServletRequest request)
                || !(anyResponse instanceof HttpServletResponse bareResponse)) {
            chain.doFilter(anyRequest, anyResponse);
            return;
        }
        LimitedResponse response = bareResponse instanceof LimitedResponse limited
                ? limited
                : new LimitedResponse(bareResponse, drain, request.getProtocol().startsWith("HTTP/1."));
        Route route = request.getDispatcherType() == DispatcherType.REQUEST ? route(request) : null;
        if (route == null) {
            chain.doFilter(request, response);
            beforeReturn(request, response);
            return;
        }
        long ticket = limiter.tryAcquireTicket(route);
        if (ticket == ConcurrencyLimiter.REFUSED) {
            refuse(request, response);
            return;
        }
        Throwable failure = null;
        try {
            chain.doFilter(request, response);
            beforeReturn(request, response);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            end(request, response, route, ticket, failure);
        }
    }

    /** A response that has gone asynchronous belongs to another thread by now, which looks itself when it writes. */
    private static void beforeReturn(HttpServletRequest request, LimitedResponse response) {
        if (!request.isAsyncStarted()) {
            response.beforeCommit();
        }
    }

    private @Nullable Route route(HttpServletRequest request) {
        String path = request.getRequestURI();
        String context = request.getContextPath();
        return routes.match(
                request.getMethod(),
                path.startsWith(context) ? path.substring(context.length()) : path,
                request::getHeader);
    }

    private void end(
            HttpServletRequest request,
            LimitedResponse response,
            Route route,
            long ticket,
            @Nullable Throwable failure) {
        boolean handedOver = false;
        Outcome outcome = Outcome.IGNORED;
        try {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new AsyncRelease(limiter, route, ticket, response));
                handedOver = true;
            } else {
                outcome = outcome(limiter, response, failure);
            }
        } finally {
            if (!handedOver) {
                limiter.release(ticket, route, outcome);
            }
        }
    }

    static Outcome outcome(ConcurrencyLimiter limiter, LimitedResponse response, @Nullable Throwable failure) {
        if (failure != null) {
            return Outcomes.of(limiter, failure);
        }
        if (response.isClientGone() || response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            return Outcome.IGNORED;
        }
        return Outcome.ofHttpStatus(response.getStatus());
    }

    private void refuse(HttpServletRequest request, LimitedResponse response) throws IOException {
        Rejection rejection = Rejection.of(limiter.rejectionReason());
        byte[] body = rejection.problemJson();
        response.setStatus(rejection.status());
        response.setHeader("Retry-After", rejection.retryAfterSeconds());
        response.setContentType(Rejection.PROBLEM_JSON);
        response.setContentLength(body.length);
        response.beforeCommit();
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(body);
        }
    }
}
