/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import com.sun.net.httpserver.HttpServer;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainResult;
import io.loadline.drain.TerminationSignal;
import io.loadline.management.LimitingFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;

/**
 * A process of its own for {@link TerminationTest}: {@code /quick} answers, {@code /held} waits for a line on the
 * standard input. The first argument says how it goes: {@code wait} for a signal, {@code return} from main, or
 * {@code close} before that.
 */
public final class TerminatedService {
    private TerminatedService() {}

    public static void main(String[] args) throws IOException {
        Loadline loadline = Loadline.builder("terminated")
                .managementPort(0)
                .managementHost("127.0.0.1")
                .limiter(limiter -> limiter.maxRoutes(5))
                .drain(drain -> drain.quiet(Duration.ofMillis(300)))
                .build();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        LimitingFilter filter = new LimitingFilter(
                loadline.limiter(),
                loadline.drain(),
                exchange -> loadline.limiter().otherRoute());
        server.createContext("/quick", exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                })
                .getFilters()
                .add(filter);
        server.createContext("/held", exchange -> {
                    say("entered");
                    int unused = System.in.read();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                })
                .getFilters()
                .add(filter);
        loadline.availability().listen(change -> say("state " + change.to()));
        loadline.drainOn(TerminationSignal.sigterm(), () -> {
            say("shutting down " + TerminationSignal.isShuttingDown());
            DrainResult result = loadline.drain()
                    .drainAsync("again", Settling.SKIP)
                    .toCompletableFuture()
                    .join();
            say("result " + result.outcome() + " " + result.remainingInFlight());
            server.stop(0);
        });
        loadline.start();
        switch (args[0]) {
            case "wait" -> {
                server.start();
                say("shutting down " + TerminationSignal.isShuttingDown());
                say("port " + server.getAddress().getPort());
                boolean unused = loadline.availability().ready("listens");
            }
            case "return" -> say("returns");
            case "close" -> loadline.close();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void say(String line) {
        System.out.println("> " + line);
    }
}
