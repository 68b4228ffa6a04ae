/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.RejectedException;
import io.loadline.limit.Route;
import io.loadline.quarkus.ConcurrencyLimited;
import io.loadline.testing.Gate;
import io.loadline.testing.Threads;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.net.URL;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls of methods with the annotation have a place each, until their result is there. */
class ConcurrencyLimitedTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(
                    jar -> jar.addClasses(Jobs.class, Reports.class, Limiters.class, Page.class, Routes.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("reports.patience", "20s")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1");

    @Inject
    Loadline loadline;

    @Inject
    Jobs jobs;

    @Inject
    Reports reports;

    @Inject
    @Identifier("reports")
    ConcurrencyLimiter reportLimiter;

    @TestHTTPResource
    URL url;

    private ConcurrencyLimiter limiter;
    private LimiterStats before;
    private String gateName;
    private Gate gate;

    @BeforeEach
    void newGate() {
        limiter = loadline.limiter();
        before = limiter.stats();
        gateName = Gate.newName();
        gate = Gate.of(gateName);
    }

    @AfterEach
    void nothingIsLeft() {
        gate.open();
        await().until(() -> limiter.inFlight() == 0 && reportLimiter.inFlight() == 0);
    }

    @Test
    void call_thatBlocks_hasAPlaceUntilItReturns() {
        CompletableFuture<String> call = Threads.call(() -> jobs.block(gateName));
        gate.awaitArrival();
        assertThat(limiter.inFlight()).isOne();
        assertThatThrownBy(() -> jobs.block("unused")).isInstanceOf(RejectedException.class);
        gate.open();
        assertThat(call.join()).isEqualTo("opened");
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before).succeeded()).isOne();
        assertThat(limiter.routes()).extracting(Route::name).contains("Jobs.block");
    }

    @Test
    void call_thatFails_givesItsPlaceBack() {
        assertThatThrownBy(() -> jobs.fail()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> jobs.failLater().toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before).ignored()).isEqualTo(2);
    }

    @Test
    void stage_hasAPlaceUntilItCompletes() {
        CompletableFuture<String> call = jobs.later(gateName).toCompletableFuture();
        assertThat(limiter.inFlight()).isOne();
        assertThat(jobs.later("unused").toCompletableFuture()).isCompletedExceptionally();
        gate.open();
        assertThat(call.join()).isEqualTo("opened");
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void uni_isACallWithEachSubscription() {
        Uni<String> uni = jobs.uni(gateName);
        assertThat(limiter.inFlight()).isZero();
        int calledBefore = Jobs.CALLS.get();
        CompletableFuture<String> first = uni.subscribeAsCompletionStage();
        assertThat(limiter.inFlight()).isOne();
        assertThatThrownBy(() -> uni.await().indefinitely()).isInstanceOf(RejectedException.class);
        gate.open();
        assertThat(first.join()).isEqualTo("opened");
        assertThat(limiter.inFlight()).isZero();
        assertThat(uni.await().indefinitely()).isEqualTo("opened");
        assertThat(Jobs.CALLS.get()).isEqualTo(calledBefore + 2);
    }

    @Test
    void uni_thatIsCancelled_givesItsPlaceBack() {
        Cancellable call = jobs.uni(gateName).subscribe().with(item -> {});
        assertThat(limiter.inFlight()).isOne();
        call.cancel();
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before).ignored()).isOne();
    }

    @Test
    void callsWithAPatience_waitForTheirTurn() {
        CompletableFuture<String> first = reports.make(gateName).toCompletableFuture();
        assertThat(reportLimiter.inFlight()).isOne();
        CompletableFuture<String> second = reports.make(gateName).toCompletableFuture();
        CompletableFuture<String> third = Threads.call(() -> reports.block(gateName));
        CompletableFuture<String> fourth = reports.uni(gateName).subscribeAsCompletionStage();
        await().until(() -> reportLimiter.waiting().waiting() == 3);
        assertThat(limiter.inFlight()).isZero();
        second.cancel(false);
        fourth.cancel(false);
        await().until(() -> reportLimiter.waiting().waiting() == 1);
        gate.open();
        assertThat(first.join()).isEqualTo("opened");
        assertThat(third.join()).isEqualTo("opened");
        assertThatThrownBy(second::join).isInstanceOf(CancellationException.class);
        assertThat(reportLimiter.routes()).extracting(Route::name).contains("monthly", "Reports.block");
    }

    /** Quarkus does not tell it from a call by others. */
    @Test
    void call_byAnotherMethodOfTheBean_takesAPlaceOfItsOwn() {
        gate.open();
        assertThatThrownBy(() -> jobs.outer(gateName)).isInstanceOf(RejectedException.class);
    }

    @Test
    void requests_haveAPlaceAlready() {
        haveOnePlace("/page");
        await().until(() -> limiter.stats().minus(before).succeeded() == 1);
    }

    @Test
    void requestsToRoutesOfVertx_haveAPlaceAlready() {
        haveOnePlace("/plain");
        haveOnePlace("/plain/uni");
        haveOnePlace("/plain/blocking");
        await().until(() -> limiter.stats().minus(before).succeeded() == 3);
    }

    private void haveOnePlace(String path) {
        String name = Gate.newName();
        Gate held = Gate.of(name);
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("GET", path + "?gate=" + name);
            held.awaitArrival();
            assertThat(limiter.inFlight()).isOne();
            held.open();
            assertThat(wire.read("GET").body()).isEqualTo("opened");
        } finally {
            held.open();
        }
        await().until(() -> limiter.inFlight() == 0);
    }

    @Test
    void requests_forWhichThereIsNoPlaceWithin_areRefused() {
        CompletableFuture<String> first = reports.make(gateName).toCompletableFuture();
        Wire.Answer refused = Wire.get(url.getPort(), "/page/report?gate=" + gateName);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("content-type")).startsWith("application/problem+json");
        assertThat(refused.header("retry-after")).isNotBlank();
        gate.open();
        assertThat(first.join()).isEqualTo("opened");
    }

    @ApplicationScoped
    @ConcurrencyLimited
    static class Jobs {
        static final AtomicInteger CALLS = new AtomicInteger();

        String block(String gate) {
            Gate.of(gate).pass();
            return "opened";
        }

        String outer(String gate) {
            return block(gate);
        }

        // As classes of Kotlin have them.
        final String fail() {
            throw new IllegalStateException("on purpose");
        }

        CompletionStage<String> failLater() {
            return CompletableFuture.failedStage(new IllegalStateException("on purpose"));
        }

        CompletionStage<String> later(String gate) {
            return Gate.of(gate).opened();
        }

        Uni<String> uni(String gate) {
            CALLS.incrementAndGet();
            return Uni.createFrom().completionStage(Gate.of(gate).opened().copy());
        }
    }

    @Singleton
    static class Reports {
        @ConcurrencyLimited(limiter = "reports", route = "monthly", maxWait = "${reports.patience}")
        CompletionStage<String> make(String gate) {
            return Gate.of(gate).opened();
        }

        @ConcurrencyLimited(limiter = "reports", maxWait = "20s")
        String block(String gate) {
            Gate.of(gate).pass();
            return "opened";
        }

        @ConcurrencyLimited(limiter = "reports", maxWait = "20s")
        Uni<String> uni(String gate) {
            return Uni.createFrom().completionStage(Gate.of(gate).opened().copy());
        }

        @ConcurrencyLimited(limiter = "reports")
        String atOnce(String gate) {
            return block(gate);
        }
    }

    static class Limiters {
        @Produces
        @Singleton
        @Identifier("reports")
        ConcurrencyLimiter reports() {
            return ConcurrencyLimiter.builder("reports")
                    .algorithm(() -> FixedLimit.of(1))
                    .maxWaiters(10)
                    .build();
        }
    }

    @Singleton
    static class Routes {
        @Inject
        Jobs jobs;

        void register(@Observes Router router) {
            Object unused = router.get("/plain").handler(request -> answer(request, jobs.later(gate(request))));
            Object unusedUni = router.get("/plain/uni")
                    .handler(request -> answer(request, jobs.uni(gate(request)).subscribeAsCompletionStage()));
            Object unusedBlocking = router.get("/plain/blocking").blockingHandler(request -> {
                Object unusedEnd = request.end(jobs.block(gate(request)));
            });
        }

        private static String gate(RoutingContext request) {
            return request.queryParam("gate").get(0);
        }

        private static void answer(RoutingContext request, CompletionStage<String> result) {
            Object unused = result.whenComplete((opened, failure) -> {
                if (failure == null) {
                    Object unusedEnd = request.end(opened);
                } else {
                    request.fail(failure);
                }
            });
        }
    }

    @Path("/page")
    public static class Page {
        @Inject
        Jobs jobs;

        @Inject
        Reports reports;

        @GET
        public String page(@jakarta.ws.rs.QueryParam("gate") String gate) {
            return jobs.block(gate);
        }

        @GET
        @Path("/report")
        public String report(@jakarta.ws.rs.QueryParam("gate") String gate) {
            return reports.atOnce(gate);
        }
    }
}
