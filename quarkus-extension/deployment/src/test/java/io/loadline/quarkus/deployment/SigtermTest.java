/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.testing.Ports;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.LogFile;
import io.quarkus.test.QuarkusProdModeTest;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A packaged service in a process of its own leaves on SIGTERM without losing a request, and nothing of Quarkus' is set. */
class SigtermTest {
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final int PORT = Ports.free();

    @RegisterExtension
    static final QuarkusProdModeTest SERVICE = new QuarkusProdModeTest()
            .withApplicationRoot(jar -> jar.addClasses(Work.class))
            .setForcedDependencies(List.of(extension("quarkus-rest"), extension("quarkus-smallrye-health")))
            .setApplicationName("work")
            .setLogFileName("service.log")
            .setRuntimeProperties(Map.of(
                    "quarkus.http.port", Integer.toString(PORT),
                    "quarkus.http.host", "localhost",
                    "quarkus.loadline.drain.quiet", "500ms",
                    "quarkus.loadline.drain.settle-max", "1500ms"))
            .setRun(true);

    /** What is on the class path of tests only is not in the package. */
    private static Dependency extension(String name) {
        return Dependency.of("io.quarkus", name, Version.getVersion());
    }

    @LogFile
    private java.nio.file.Path log;

    @Test
    void sigterm_whileRequestsRun_servesThenLeaves() throws Exception {
        await().untilAsserted(() ->
                assertThat(Wire.get(PORT, "/q/health/ready").status()).isEqualTo(200));
        try (Wire idle = new Wire(PORT);
                Wire events = new Wire(PORT);
                Wire work = new Wire(PORT)) {
            assertThat(idle.get("/work?ms=1").headers()).doesNotContainKey("connection");
            assertThat(events.send("GET", "/events").readHead().status()).isEqualTo(200);
            assertThat(events.readChunk()).isNotEmpty();
            work.send("GET", "/work?ms=2500");
            // Sent after it: when this one is answered, the other is in its handler.
            assertThat(Wire.get(PORT, "/work?ms=100").status()).isEqualTo(200);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(SERVICE::stop);

            await().untilAsserted(() ->
                    assertThat(Wire.get(PORT, "/q/health/ready").status()).isEqualTo(503));
            Answer settling = idle.get("/work?ms=1");
            assertThat(settling.status()).isEqualTo(200);
            assertThat(settling.header("connection")).isEqualTo("close");
            assertThat(idle.isClosedByServer()).isTrue();
            events.skipChunks(); // throws if the stream was cut

            Answer finished = work.read("GET");
            assertThat(finished.status()).isEqualTo(200);
            assertThat(finished.header("connection")).isEqualTo("close");
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(20));
        }
        assertThat(SERVICE.getExitCode()).isEqualTo(SIGTERM_EXIT);
        assertThat(Files.readString(log)).contains("Drain:", "Drain: done after");
    }

    @Path("/")
    public static class Work {
        @GET
        @Path("work")
        public String work(@QueryParam("ms") int ms) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(ms);
            return "done";
        }

        @GET
        @Path("events")
        @Produces(MediaType.SERVER_SENT_EVENTS)
        public Multi<Long> events() {
            return Multi.createFrom().ticks().every(Duration.ofMillis(50));
        }
    }
}
