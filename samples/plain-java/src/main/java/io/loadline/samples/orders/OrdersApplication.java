/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.drain.TerminationSignal;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A small orders service without a framework. */
public final class OrdersApplication {
    private static final Logger log = LoggerFactory.getLogger(OrdersApplication.class);

    /** How long requests in progress may take to finish at SIGTERM without Loadline. Before JDK 23 a stop always takes as long. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private OrdersApplication() {}

    public static void main(String[] args) throws SQLException, InterruptedException {
        // The server writes head and body apart; without this the body waits for the client's delayed ACK, 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // It closes idle connections beyond 200, and with them a request that is on its way. As many as Tomcat keeps.
        System.setProperty("sun.net.httpserver.maxIdleConnections", "8192");
        try {
            OrdersServer server = OrdersServer.start(Settings.from(System.getenv()));
            server.loadline()
                    .ifPresentOrElse(
                            // After the drain nothing is left to wait for.
                            loadline -> loadline.drainOn(TerminationSignal.sigterm(), () -> server.stop(Duration.ZERO)),
                            () -> Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(GRACE), "stop")));
        } catch (IllegalArgumentException | IOException e) {
            log.error("The service did not start: {}", e.getMessage());
            System.exit(1);
        }
    }
}
