/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loadline.guard.DependencyGuards;
import io.loadline.guard.DependencyStats;
import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.GuardTimeoutException;
import io.loadline.limit.CallContext;
import io.loadline.quarkus.Guarded;
import io.loadline.testing.Gate;
import io.loadline.testing.Ports;
import io.loadline.testing.Threads;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.net.URL;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests of REST clients are calls of their guard, by an annotation or by their host. */
class GuardedClientTest {
    private static final int PORT = Ports.free();
    private static final int NOBODY = Ports.free();

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(
                    Upstream.class,
                    Annotated.class,
                    OneConnection.class,
                    ByHost.class,
                    Elsewhere.class,
                    Unreachable.class,
                    Page.class))
            .overrideConfigKey("quarkus.http.test-port", "" + PORT)
            .overrideConfigKey("quarkus.rest-client.annotated.url", "http://localhost:" + PORT)
            .overrideConfigKey("quarkus.rest-client.one-connection.url", "http://localhost:" + PORT)
            .overrideConfigKey("quarkus.rest-client.one-connection.connection-pool-size", "1")
            .overrideConfigKey("quarkus.rest-client.by-host.url", "http://127.0.0.1:" + PORT)
            .overrideConfigKey("quarkus.rest-client.elsewhere.url", "http://localhost:" + PORT)
            .overrideConfigKey("quarkus.rest-client.unreachable.url", "http://localhost:" + NOBODY)
            .overrideConfigKey("quarkus.loadline.limit.exclude", "/upstream/**")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.stock.time-limit", "20s")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.stock.concurrency", "2")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.quick.time-limit", "100ms")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.hasty.time-limit", "100ms")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.hosted.hosts", "127.0.0.1:" + PORT)
            .overrideConfigKey("quarkus.loadline.guard.dependencies.hosted.propagate", "false");

    @Inject
    DependencyGuards guards;

    @RestClient
    Annotated annotated;

    @RestClient
    OneConnection oneConnection;

    @RestClient
    ByHost byHost;

    @RestClient
    Elsewhere elsewhere;

    @RestClient
    Unreachable unreachable;

    @TestHTTPResource
    URL url;

    private String gateName;
    private Gate gate;

    @BeforeEach
    void newGate() {
        gateName = Gate.newName();
        gate = Gate.of(gateName);
    }

    @AfterEach
    void nothingIsLeft() {
        gate.open();
        await().until(() -> guards.stats().stream().allMatch(each -> each.inFlight() == 0));
    }

    @Test
    void requestsThatHang_keepOthersFromBeingMade() {
        DependencyStats before = stats("stock");
        CompletableFuture<String> one = Threads.call(() -> annotated.held(gateName));
        CompletableFuture<String> other = annotated.heldUni(gateName).subscribeAsCompletionStage();
        await().until(() -> stats("stock").inFlight() == 2);
        assertThatThrownBy(() -> annotated.held("unused")).isInstanceOf(GuardRefusedException.class);
        assertThatThrownBy(() -> annotated.heldUni("unused").await().indefinitely())
                .isInstanceOf(GuardRefusedException.class);
        assertThatThrownBy(() ->
                        annotated.heldStage("unused").toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(ProcessingException.class)
                .hasCauseInstanceOf(GuardRefusedException.class);
        gate.open();
        assertThat(one.join()).isEqualTo("opened");
        assertThat(other.join()).isEqualTo("opened");
        await().until(() -> stats("stock").succeeded() == before.succeeded() + 2);
    }

    @Test
    void threadThatWaits_isGivenBackWhenTheTimeIsUp() {
        assertThatThrownBy(() -> annotated.quick(gateName)).isInstanceOf(GuardTimeoutException.class);
        assertThat(stats("quick").timedOut()).isOne();
        assertThat(stats("quick").inFlight()).isZero();
    }

    @Test
    void requestWhoseTimeIsUpBeforeItHasAConnection_isNeitherSentNorInTheWayOfOthers() throws Exception {
        CompletableFuture<String> first = Threads.call(() -> oneConnection.held(gateName));
        gate.awaitArrival();
        String late = Gate.newName();
        assertThatThrownBy(() -> oneConnection.hasty(late)).isInstanceOf(GuardTimeoutException.class);
        assertThat(stats("hasty").timedOut()).isOne();
        CompletableFuture<String> next = Threads.call(() -> oneConnection.status(200));
        gate.open();
        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo("opened");
        // Long before the read timeout.
        assertThat(next.get(5, TimeUnit.SECONDS)).isNullOrEmpty();
        assertThat(Upstream.HELD).contains(gateName).doesNotContain(late);
    }

    @Test
    void answers_countByTheirStatus() {
        DependencyStats before = stats("stock");
        assertThatThrownBy(() -> annotated.status(404)).isInstanceOf(WebApplicationException.class);
        assertThatThrownBy(() -> annotated.statusUni(409).await().indefinitely())
                .isInstanceOf(WebApplicationException.class);
        await().until(() -> stats("stock").succeeded() == before.succeeded() + 2);
        assertThatThrownBy(() -> annotated.status(503)).isInstanceOf(WebApplicationException.class);
        assertThatThrownBy(() -> annotated.status(429)).isInstanceOf(WebApplicationException.class);
        await().until(() -> stats("stock").failed() == before.failed() + 2);
    }

    @Test
    void connectionsThatFail_count() {
        assertThatThrownBy(() -> unreachable.ask()).isInstanceOf(ProcessingException.class);
        await().until(() -> stats("nobody").failed() == 1);
    }

    @Test
    void callerThatGoes_saysNothingOfTheDependency() {
        DependencyStats before = stats("stock");
        Cancellable call = annotated.heldUni(gateName).subscribe().with(item -> {});
        gate.awaitArrival();
        call.cancel();
        await().until(() -> stats("stock").cancelled() == before.cancelled() + 1);
    }

    @Test
    void clientsWithoutAnAnnotation_areGuardedByTheirHosts() {
        long before = stats("hosted").succeeded();
        assertThat(elsewhere.status(200)).isNullOrEmpty();
        assertThat(byHost.status(200)).isNullOrEmpty();
        await().until(() -> stats("hosted").inFlight() == 0);
        assertThat(stats("hosted").succeeded()).isEqualTo(before + 1);
    }

    @Test
    void whatIsKnownOfTheRequest_goesWithThem() {
        String timeout = "x-envoy-expected-rq-timeout-ms: 9000";
        assertThat(Wire.get(url.getPort(), "/page", timeout, "Criticality: sheddable")
                        .body())
                .contains("annotated=criticality=sheddable")
                .contains("hosted=null");
    }

    private DependencyStats stats(String name) {
        return guards.guard(name).stats();
    }

    @Path("/upstream")
    @RegisterRestClient(configKey = "annotated")
    @Guarded("stock")
    interface Annotated {
        @GET
        @Path("/held")
        String held(@QueryParam("gate") String gate);

        @GET
        @Path("/held")
        Uni<String> heldUni(@QueryParam("gate") String gate);

        @GET
        @Path("/held")
        CompletionStage<String> heldStage(@QueryParam("gate") String gate);

        @GET
        @Path("/held")
        @Guarded("quick")
        String quick(@QueryParam("gate") String gate);

        @GET
        @Path("/status")
        String status(@QueryParam("status") int status);

        @GET
        @Path("/status")
        Uni<String> statusUni(@QueryParam("status") int status);

        @GET
        @Path("/headers")
        String headers();
    }

    @Path("/upstream")
    @RegisterRestClient(configKey = "one-connection")
    @Guarded("stock")
    interface OneConnection {
        @GET
        @Path("/held")
        String held(@QueryParam("gate") String gate);

        @GET
        @Path("/held")
        @Guarded("hasty")
        String hasty(@QueryParam("gate") String gate);

        @GET
        @Path("/status")
        String status(@QueryParam("status") int status);
    }

    @Path("/upstream")
    @RegisterRestClient(configKey = "by-host")
    interface ByHost {
        @GET
        @Path("/status")
        String status(@QueryParam("status") int status);

        @GET
        @Path("/headers")
        String headers();
    }

    @Path("/upstream")
    @RegisterRestClient(configKey = "elsewhere")
    interface Elsewhere {
        @GET
        @Path("/status")
        String status(@QueryParam("status") int status);
    }

    @Path("/upstream")
    @RegisterRestClient(configKey = "unreachable")
    interface Unreachable {
        @GET
        @Guarded("nobody")
        String ask();
    }

    @Path("/upstream")
    public static class Upstream {
        /** The gates of those who have asked for it. */
        static final Set<String> HELD = ConcurrentHashMap.newKeySet();

        @GET
        @Path("/held")
        public Uni<String> held(@QueryParam("gate") String gate) {
            HELD.add(gate);
            return Uni.createFrom().completionStage(Gate.of(gate).opened().copy());
        }

        @GET
        @Path("/status")
        public Response status(@QueryParam("status") int status) {
            return Response.status(status).entity("").build();
        }

        @GET
        @Path("/headers")
        public String headers(@HeaderParam("baggage") String baggage) {
            return "" + baggage;
        }
    }

    @Path("/page")
    public static class Page {
        @RestClient
        Annotated annotated;

        @RestClient
        ByHost byHost;

        @GET
        public String page() {
            return CallContext.current().criticality() + " annotated=" + annotated.headers() + " hosted="
                    + byHost.headers();
        }
    }
}
