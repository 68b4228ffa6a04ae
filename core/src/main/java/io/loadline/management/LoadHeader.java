/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.sun.net.httpserver.HttpExchange;
import io.loadline.signal.OrcaHeader;
import io.loadline.signal.OrcaReports;
import org.jspecify.annotations.Nullable;

/** Puts the load report into responses of the JDK's server. Stateless. */
final class LoadHeader {
    private LoadHeader() {}

    /** To be called before the response begins; does nothing without {@code reports}. */
    static void set(HttpExchange exchange, @Nullable OrcaReports reports) {
        if (reports == null || !reports.isSent()) {
            return;
        }
        OrcaHeader header = reports.header(exchange.getRequestHeaders().getFirst(OrcaHeader.ASKED));
        if (header != null) {
            exchange.getResponseHeaders().set(header.name(), header.value());
        }
    }
}
