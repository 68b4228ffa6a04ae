/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.signal.OrcaHeader;
import io.loadline.signal.OrcaReports;
import org.springframework.web.server.ServerWebExchange;

/** Puts the load report into responses. Stateless. */
final class LoadHeader {
    private LoadHeader() {}

    /** To be called before the response is committed. */
    static void set(ServerWebExchange exchange, OrcaReports reports) {
        if (!reports.isSent()) {
            return;
        }
        OrcaHeader header = reports.header(exchange.getRequest().getHeaders().getFirst(OrcaHeader.ASKED));
        if (header != null) {
            exchange.getResponse().getHeaders().set(header.name(), header.value());
        }
    }
}
