/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.spring.internal.StatusReads;
import io.loadline.spring.internal.StatusReads.Body;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** Serves {@code /loadline} and what is below it. Thread-safe. There are no writes. */
final class StatusServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient StatusReads reads;

    private StatusServlet(StatusReads reads) {
        this.reads = reads;
    }

    static ServletRegistrationBean<StatusServlet> registration(Loadline loadline) {
        ServletRegistrationBean<StatusServlet> registration = new ServletRegistrationBean<>(
                new StatusServlet(new StatusReads(loadline, false)),
                StatusReads.paths().toArray(String[]::new));
        registration.setName("loadlineStatus");
        return registration;
    }

    /** The servlet API would answer other methods without saying which there are. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String method = request.getMethod();
        if (method.equals("GET") || method.equals("HEAD")) {
            super.service(request, response);
        } else {
            response.setHeader("Allow", "GET, HEAD");
            response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Body read = reads.at(request.getServletPath());
        byte[] body = read.bytes();
        response.setContentType(read.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
