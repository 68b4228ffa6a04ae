/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainPhase;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How a service starts, is looked at and leaves, on every server. */
public abstract class LifecycleContract {
    private final Server server;

    protected LifecycleContract(Server server) {
        this.server = server;
    }

    @Test
    void close_whileARequestRuns_letsItFinishAndRefusesNewOnes() {
        Service service = Service.start(HeldApplication.class, server, "management.server.port=0");
        int port = service.port();
        Loadline loadline = service.loadline();
        String gate = Gate.newName();
        try (Wire idle = new Wire(port);
                Wire slow = new Wire(port).raw("GET /orders/1 HTTP/1.1\r\nHost: local");
                Wire held = new Wire(port)) {
            assertThat(idle.get("/orders/1").headers()).doesNotContainKey("connection");
            held.send("GET", "/held?gate=" + gate);
            Gate.of(gate).awaitArrival();
            CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);
            await().until(() -> loadline.drain().phase() == DrainPhase.QUIESCING);

            int management = service.managementPort();
            assertThat(Wire.get(management, "/actuator/health/readiness").status())
                    .isEqualTo(503);
            assertThat(Wire.get(management, "/actuator/health/liveness").status())
                    .isEqualTo(200);
            assertThat(Wire.get(management, "/actuator/health/startup").status())
                    .isEqualTo(200);
            assertThat(Wire.get(management, "/loadline").body()).contains("\"DRAINING\"");
            assertThat(Wire.get(management, "/loadline/load").body()).contains("\"load\":null");
            Answer probe = Wire.get(port, "/readyz");
            assertThat(probe.status()).isEqualTo(503);
            assertThat(probe.header("connection")).isEqualTo("close");

            Answer refused = idle.get("/orders/1");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"draining\"");
            assertThat(refused.header("connection")).isEqualTo("close");
            assertThat(idle.isClosedByServer()).isTrue();
            assertThat(Wire.get(port, "/orders/1").status()).isEqualTo(503);

            // Accepted before the drain, and so answered, however long the client takes.
            assertThat(slow.raw("host\r\n\r\n").read("GET").status()).isEqualTo(503);

            Gate.of(gate).open();
            Answer finished = held.read("GET");
            assertThat(finished.status()).isEqualTo(200);
            assertThat(finished.body()).isEqualTo("opened");
            assertThat(finished.header("connection")).isEqualTo("close");
            closed.orTimeout(20, TimeUnit.SECONDS).join();
        }
        assertThat(loadline.drain().phase()).isEqualTo(DrainPhase.DONE);
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STOPPED);
        assertThat(loadline.limiter().inFlight()).isZero();
        assertThatThrownBy(() -> Wire.get(port, "/orders/1")).hasMessageContaining("refused");
        service.close();
    }

    @Test
    void settling_servesAndAsksForClosedConnections() {
        try (Service service = Service.start(HeldApplication.class, server, "loadline.drain.quiet=5s");
                Wire idle = new Wire(service.port())) {
            assertThat(idle.get("/orders/1").status()).isEqualTo(200);
            DrainCoordinator drain = service.loadline().drain();
            drain.drainAsync("test", Settling.WAIT);
            assertThat(drain.phase()).isEqualTo(DrainPhase.SETTLING);

            Answer answer = idle.get("/orders/1");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(idle.isClosedByServer()).isTrue();
            assertThat(Wire.get(service.port(), "/unknown").header("connection"))
                    .isEqualTo("close");
            assertThat(Wire.get(service.port(), "/readyz").status()).isEqualTo(503);
            assertThat(Wire.get(service.port(), "/livez").status()).isEqualTo(200);
            drain.abort();
        }
    }

    @Test
    void settling_onHttp2_hasNoConnectionHeader() throws Exception {
        try (Service service =
                Service.start(HeldApplication.class, server, "server.http2.enabled=true", "loadline.drain.quiet=5s")) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + "/orders/1"))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            service.loadline().drain().drainAsync("test", Settling.WAIT);
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("connection")).isEmpty();
            service.loadline().drain().abort();
        }
    }

    @Test
    void close_whileAClientReadsSlowly_sendsItEverything() {
        Service service = Service.start(HeldApplication.class, server);
        try (Wire slow = new Wire(service.port())) {
            assertThat(slow.send("GET", "/large").readHead().status()).isEqualTo(200);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);
            await().until(() -> service.loadline().drain().phase().compareTo(DrainPhase.QUIESCING) >= 0);
            assertThat(closed).isNotDone();
            assertThat(slow.readBytes(HeldApplication.LARGE)).isEqualTo(HeldApplication.LARGE);
            closed.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    /** Spring Boot itself publishes that it refuses traffic, right before the context is closed. */
    @Test
    void readiness_thatFlipsLate_isUpWhileTrafficSettles() {
        Service service = Service.start(
                HeldApplication.class,
                server,
                "loadline.drain.readiness=late",
                "loadline.drain.quiet=3s",
                "loadline.drain.settle-max=3s");
        DrainCoordinator drain = service.loadline().drain();
        int port = service.port();
        try (Held held = new Held(port)) {
            drain.drainAsync("test", Settling.WAIT);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);
            await().until(service.context()::isClosed);
            Answer settling = Wire.get(port, "/readyz");
            assertThat(settling.status()).isEqualTo(200);
            assertThat(settling.header("connection")).isEqualTo("close");
            await().until(() -> drain.phase() == DrainPhase.QUIESCING);
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(503);
            held.finish();
            closed.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    @ParameterizedTest
    @CsvSource({"ACCEPTING_TRAFFIC, 200", "REFUSING_TRAFFIC, 503"})
    void readiness_thatNeverFlips_isLeftToTheApplication(ReadinessState published, int status) {
        Service service = Service.start(HeldApplication.class, server, "loadline.drain.readiness=never");
        DrainCoordinator drain = service.loadline().drain();
        int port = service.port();
        try (Held held = new Held(port)) {
            AvailabilityChangeEvent.publish(service.context(), published);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(service::close);
            await().until(() -> drain.phase() == DrainPhase.QUIESCING);
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(status);
            held.finish();
            closed.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void close_withARequestThatDoesNotEnd_keepsTheDeadline() {
        Service service = Service.start(HeldApplication.class, server, "loadline.drain.deadline=500ms");
        String gate = Gate.newName();
        try (Wire held = new Wire(service.port())) {
            held.send("GET", "/held?gate=" + gate);
            Gate.of(gate).awaitArrival();
            // Spring Boot itself would wait for another 30 s.
            CompletableFuture.runAsync(service::close)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
        Gate.of(gate).open();
    }

    @Test
    void close_withListenersThatThrow_goesOn() {
        Service service = Service.start(HeldApplication.class, server);
        Loadline loadline = service.loadline();
        var drain = loadline.drain().listen(phase -> {
            throw new IllegalStateException("on purpose");
        });
        var availability = loadline.availability().listen(change -> {
            throw new AssertionError("on purpose");
        });
        service.close();
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STOPPED);
        drain.close();
        availability.close();
    }

    @Test
    void childContext_closed_doesNotDrain() {
        try (Service service = Service.start(HeldApplication.class, server)) {
            try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
                child.setParent(service.context());
                child.refresh();
            }
            assertThat(service.loadline().drain().phase()).isEqualTo(DrainPhase.NONE);
            assertThat(Wire.get(service.port(), "/orders/1").status()).isEqualTo(200);
        }
    }

    @Test
    void context_stoppedAndStartedAgain_serves() {
        try (Service service = Service.start(HeldApplication.class, server)) {
            service.context().stop();
            service.context().start();
            assertThat(service.loadline().availability().state()).isEqualTo(ServiceState.READY);
            assertThat(Wire.get(service.port(), "/orders/1").status()).isEqualTo(200);
        }
    }

    @Test
    void probes_followServiceAndApplication() {
        try (Service service = Service.start(HeldApplication.class, server)) {
            int port = service.port();
            AvailabilityChangeEvent.publish(service.context(), ReadinessState.REFUSING_TRAFFIC);
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(503);
            AvailabilityChangeEvent.publish(service.context(), ReadinessState.ACCEPTING_TRAFFIC);
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(200);

            AvailabilityChangeEvent.publish(service.context(), LivenessState.BROKEN);
            assertThat(service.loadline().availability().state()).isEqualTo(ServiceState.BROKEN);
            assertThat(Wire.get(port, "/livez").status()).isEqualTo(503);
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(503);
        }
    }

    @Test
    void probes_whileStarting_tellSo() {
        try (Service service = Service.start(SlowApplication.class, server)) {
            Map<String, Integer> seen = service.bean(SlowApplication.class).seen;
            assertThat(seen).isEqualTo(Map.of("/livez", 200, "/readyz", 503, "/startupz", 503));
            assertThat(Wire.get(service.port(), "/readyz").status()).isEqualTo(200);
            assertThat(Wire.get(service.port(), "/startupz").status()).isEqualTo(200);
        }
    }

    @Test
    void start_thatFails_stops() {
        FailingApplication.loadline = null;
        assertThatThrownBy(() -> Service.start(FailingApplication.class, server))
                .hasMessageContaining("on purpose");
        assertThat(FailingApplication.loadline.availability().state()).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void sigterm_inTheMiddleOfTraffic_losesNothing() {
        try (ServiceProcess process = ServiceProcess.start(server)) {
            int port = process.port();
            try (Wire idle = new Wire(port)) {
                assertThat(idle.get("/orders/1").status()).isEqualTo(200);
                process.terminate();
                await().pollInterval(Duration.ofMillis(20)).until(() -> {
                    Answer answer = Wire.get(port, "/orders/1");
                    assertThat(answer.status()).isEqualTo(200);
                    return "close".equals(answer.header("connection"));
                });
                Answer answer = idle.get("/orders/1");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("connection")).isEqualTo("close");
            }
            assertThat(process.exitCode()).isEqualTo(143);
            assertThat(process.output()).contains("Drain: IDLE", "DRAINING -> STOPPED");
        }
    }

    /** The platform sends to one that has broken until it has noticed. */
    @Test
    void sigterm_ofAServiceThatHasBroken_losesNothing() {
        try (ServiceProcess process = ServiceProcess.start(server, BreakableApplication.class)) {
            int port = process.port();
            assertThat(Wire.get(port, "/break").status()).isEqualTo(200);
            assertThat(Wire.get(port, "/livez").status()).isEqualTo(503);
            process.terminate();
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                Answer answer = Wire.get(port, "/orders/1");
                assertThat(answer.status()).isEqualTo(200);
                return "close".equals(answer.header("connection"));
            });
            assertThat(process.exitCode()).isEqualTo(143);
            assertThat(process.output())
                    .contains("READY -> BROKEN", "Drain: IDLE")
                    .containsPattern("SETTLING=[1-9]");
        }
    }

    /** A request that runs until it is told to finish. */
    private static final class Held implements AutoCloseable {
        private final Gate gate;
        private final Wire wire;

        Held(int port) {
            String name = Gate.newName();
            gate = Gate.of(name);
            wire = new Wire(port).send("GET", "/held?gate=" + name);
            gate.awaitArrival();
        }

        void finish() {
            gate.open();
            assertThat(wire.read("GET").status()).isEqualTo(200);
        }

        @Override
        public void close() {
            gate.open();
            wire.close();
        }
    }

    /** Breaks when it is asked to. */
    @Configuration(proxyBeanMethods = false)
    @Import(HeldApplication.class)
    @RestController
    static class BreakableApplication {
        private final ApplicationContext context;

        BreakableApplication(ApplicationContext context) {
            this.context = context;
        }

        @GetMapping("/break")
        String breakDown() {
            AvailabilityChangeEvent.publish(context, LivenessState.BROKEN);
            return "broken";
        }
    }

    /** Looks at its own probes at the end of its start. */
    @Configuration(proxyBeanMethods = false)
    @Import(HeldApplication.class)
    static class SlowApplication {
        final Map<String, Integer> seen = new ConcurrentHashMap<>();

        @Bean
        ApplicationRunner looker(Environment environment) {
            return arguments -> {
                int port = environment.getRequiredProperty("local.server.port", Integer.class);
                for (String path : new String[] {"/livez", "/readyz", "/startupz"}) {
                    seen.put(path, Wire.get(port, path).status());
                }
            };
        }
    }

    /** Fails when its server listens already. */
    @Configuration(proxyBeanMethods = false)
    @Import(HeldApplication.class)
    static class FailingApplication {
        static volatile Loadline loadline;

        @Bean
        ApplicationRunner failure(Loadline made) {
            return arguments -> {
                loadline = made;
                throw new IllegalStateException("on purpose");
            };
        }
    }
}
