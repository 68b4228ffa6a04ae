/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.ClientRequest;
import io.loadline.guard.QuotaDecision;
import io.loadline.metrics.LoadlineObservations;
import io.loadline.signal.OrcaReports;
import io.loadline.spring.internal.ClientQuota;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.internal.MatchedRoute;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses requests of clients that have used their quota; what the limiter leaves alone passes untouched. Thread-safe. */
final class QuotaFilter implements Filter {
    private final ClientQuota clients;
    private final CollectedRoutes routes;
    private final DrainCoordinator drain;
    private final LoadlineObservations observations;
    private final OrcaReports reports;

    QuotaFilter(ClientQuota clients, CollectedRoutes routes, Loadline loadline) {
        this.clients = clients;
        this.routes = routes;
        this.drain = loadline.drain();
        this.observations = loadline.observations();
        this.reports = loadline.orca();
    }

    @Override
    public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
            throws IOException, ServletException {
        if (anyRequest instanceof HttpServletRequest request && anyResponse instanceof HttpServletResponse response) {
            MatchedRoute route = routes.match(request.getMethod(), AdmissionFilter.path(request), request::getHeader);
            QuotaDecision decision =
                    route == null ? null : clients.decide(new Request(request, bare(request)), route.route());
            if (decision != null && !decision.admitted()) {
                observations.quotaRefused(clients.quota().name());
                boolean http1 = request.getProtocol().startsWith("HTTP/1.");
                LimitedResponse limited = new LimitedResponse(response, drain, http1);
                limited.reportLoad(reports, request);
                limited.answer(decision.rejection(), !request.getMethod().equals("HEAD"));
                return;
            }
        }
        chain.doFilter(anyRequest, anyResponse);
    }

    /** The container's own: Spring's filter for forwarded headers believes what is farthest left, and removes them. */
    private static HttpServletRequest bare(HttpServletRequest request) {
        ServletRequest bare = request;
        while (bare instanceof ServletRequestWrapper wrapper) {
            bare = wrapper.getRequest();
        }
        return bare instanceof HttpServletRequest http ? http : request;
    }

    /**
     * What of a request may tell its client.
     *
     * @param request as filters before have made it, by whom its user is known
     * @param bare as it came
     */
    private record Request(HttpServletRequest request, HttpServletRequest bare) implements ClientRequest {
        @Override
        public List<String> headers(String name) {
            return Collections.list(bare.getHeaders(name));
        }

        @Override
        public @Nullable String header(String name) {
            return bare.getHeader(name);
        }

        @Override
        public @Nullable String remoteAddress() {
            return bare.getRemoteAddr();
        }

        @Override
        public @Nullable String principal() {
            Principal principal = request.getUserPrincipal();
            return principal == null ? null : principal.getName();
        }
    }
}
