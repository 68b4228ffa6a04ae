/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import com.sun.net.httpserver.HttpServer;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.DrainResult;
import io.loadline.drain.TerminationSignal;
import io.loadline.management.LimitingFilter;
import io.loadline.time.Registration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of its own for {@link TerminationTest}: {@code /quick} answers, {@code /held} waits for a line on the
 * standard input. The first argument says how it goes: {@code wait} for a signal, {@code slowly} and tell the phases,
 * never become ready ({@code starting}), be {@code stuck}, {@code return} from main, or {@code close} before that.
 */
public final class TerminatedService {
    private TerminatedService() {}

    public static void main(String[] args) throws IOException {
        Loadline loadline = Loadline.builder("terminated")
                .managementPort(0)
                .managementHost("127.0.0.1")
                .limiter(limiter -> limiter.maxRoutes(5))
                .drain(drain -> configure(drain, args[0]))
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
            result.unfinished().forEach(call -> say("unfinished " + call.route()));
            result.participants().forEach(each -> say(each.name() + " " + each.active()));
            server.stop(0);
        });
        switch (args[0]) {
            case "slowly" -> loadline.drain().listen(phase -> say("phase " + phase));
            case "stuck" -> {
                Registration unused = loadline.drain().longLived().open("GET /events", TerminatedService::hang);
                loadline.drain().add(new StuckConsumer());
            }
            default -> {}
        }
        loadline.start();
        switch (args[0]) {
            case "wait", "stuck", "slowly" -> {
                server.start();
                say("shutting down " + TerminationSignal.isShuttingDown());
                say("port " + server.getAddress().getPort());
                boolean unused = loadline.availability().ready("listens");
            }
            case "starting" -> {
                server.start();
                say("port " + server.getAddress().getPort());
            }
            case "return" -> say("returns");
            case "close" -> loadline.close();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void configure(DrainCoordinator.Builder drain, String how) {
        if (!how.equals("starting")) {
            drain.quiet(Duration.ofMillis(300)).settleMax(Duration.ofSeconds(1));
        }
        if (how.equals("stuck")) {
            drain.deadline(Duration.ofSeconds(3)).farewell(Duration.ofMinutes(1));
        }
    }

    private static void hang() {
        for (; ; ) {
            LockSupport.park();
        }
    }

    /** Does not heed the interrupt. */
    private static final class StuckConsumer implements DrainParticipant {
        @Override
        public String name() {
            return "stuck";
        }

        @Override
        public void drain(Duration timeLeft) {
            hang();
        }

        @Override
        public List<String> active() {
            return List.of("message 7");
        }
    }

    private static void say(String line) {
        System.out.println("> " + line);
    }
}
