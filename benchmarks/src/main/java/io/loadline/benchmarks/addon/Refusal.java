/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.addon;

import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The answer to a request that a peer refuses: as short as Loadline's, so that only the decisions differ. Stateless. */
final class Refusal {
    private static final byte[] BODY = "{\"title\":\"Too busy\",\"status\":503}".getBytes(StandardCharsets.US_ASCII);

    private Refusal() {}

    static void write(ServletResponse any) throws IOException {
        HttpServletResponse response = (HttpServletResponse) any;
        response.setStatus(503);
        response.setHeader("Retry-After", "1");
        response.setContentType("application/problem+json");
        response.setContentLength(BODY.length);
        response.getOutputStream().write(BODY);
    }
}
