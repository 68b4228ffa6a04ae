/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.Loadline;
import io.loadline.management.LoadlineStatus;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** Serves {@code /loadline} and {@code /loadline/load}. Thread-safe. There are no writes. */
final class StatusServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String STATUS = "/loadline";
    private static final String LOAD = "/loadline/load";

    private final transient Loadline loadline;

    private StatusServlet(Loadline loadline) {
        this.loadline = loadline;
    }

    static ServletRegistrationBean<StatusServlet> registration(Loadline loadline) {
        ServletRegistrationBean<StatusServlet> registration =
                new ServletRegistrationBean<>(new StatusServlet(loadline), STATUS, LOAD);
        registration.setName("loadlineStatus");
        return registration;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        LoadlineStatus status = loadline.status();
        String json = request.getServletPath().equals(LOAD) ? status.loadJson() : status.toJson();
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
