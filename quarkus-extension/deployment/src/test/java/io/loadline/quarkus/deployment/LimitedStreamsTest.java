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
import io.loadline.quarkus.ConcurrencyLimited;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.net.URL;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams of methods with the annotation have a place each, from being subscribed to until they end. */
class LimitedStreamsTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Streams.class, Limiters.class, Page.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1");

    @Inject
    Loadline loadline;

    @Inject
    Streams streams;

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
    void stream_hasAPlaceUntilItsLastItem() {
        CompletableFuture<List<String>> call = list(streams.items(gateName));
        assertThat(limiter.inFlight()).isOne();
        assertThatThrownBy(() -> list(streams.items("unused")).join()).hasCauseInstanceOf(RejectedException.class);
        gate.open();
        assertThat(call.join()).containsExactly("first", "opened");
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before).succeeded()).isOne();
    }

    @Test
    void stream_isACallWithEachSubscription() {
        Multi<String> stream = streams.items(gateName);
        int calledBefore = Streams.CALLS.get();
        gate.open();
        assertThat(list(stream).join()).hasSize(2);
        assertThat(list(stream).join()).hasSize(2);
        assertThat(Streams.CALLS.get()).isEqualTo(calledBefore + 2);
        assertThat(limiter.stats().minus(before).succeeded()).isEqualTo(2);
    }

    @Test
    void stream_thatFails_givesItsPlaceBack() {
        CompletableFuture<List<String>> call = list(streams.failing(gateName));
        assertThat(limiter.inFlight()).isOne();
        gate.open();
        assertThatThrownBy(call::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(limiter.inFlight()).isZero();
        assertThatThrownBy(() -> list(streams.thrown()).join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before).ignored()).isEqualTo(2);
    }

    @Test
    void stream_thatIsCancelled_givesItsPlaceBack() {
        Cancellable call = streams.items(gateName).subscribe().with(item -> {});
        assertThat(limiter.inFlight()).isOne();
        call.cancel();
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before).ignored()).isOne();
    }

    @Test
    void stream_ofWhichFewItemsAreTaken_givesItsPlaceBack() {
        assertThat(list(streams.items(gateName).select().first(1)).join()).containsExactly("first");
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void stream_thatNobodySubscribesTo_hasNoPlace() {
        int calledBefore = Streams.CALLS.get();
        Multi<String> unused = streams.items(gateName);
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats().minus(before)).isEqualTo(LimiterStats.ZERO);
        assertThat(Streams.CALLS.get()).isEqualTo(calledBefore);
    }

    @Test
    void publisher_isAStream() {
        CompletableFuture<List<String>> call = list(Multi.createFrom().publisher(streams.publisher(gateName)));
        assertThat(limiter.inFlight()).isOne();
        gate.open();
        assertThat(call.join()).containsExactly("first", "opened");
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void streamsWithAPatience_waitForTheirTurn() {
        LimiterStats reportsBefore = reportLimiter.stats();
        CompletableFuture<List<String>> first = list(streams.patient(gateName));
        assertThat(reportLimiter.inFlight()).isOne();
        CompletableFuture<List<String>> second = list(streams.patient(gateName));
        Cancellable third = streams.patient(gateName).subscribe().with(item -> {});
        assertThat(reportLimiter.waiting().waiting()).isEqualTo(2);
        third.cancel();
        await().until(() -> reportLimiter.waiting().waiting() == 1);
        gate.open();
        assertThat(first.join()).hasSize(2);
        assertThat(second.join()).hasSize(2);
        await().until(() -> reportLimiter.inFlight() == 0);
        assertThat(reportLimiter.stats().minus(reportsBefore).succeeded()).isEqualTo(2);
    }

    @Test
    void streamOfAnEndpoint_hasAPlaceUntilItsLastItem() {
        try (Wire wire = new Wire(url.getPort())) {
            wire.send("GET", "/page?gate=" + gateName);
            gate.awaitArrival();
            assertThat(reportLimiter.inFlight()).isOne();
            gate.open();
            assertThat(wire.read("GET").body()).contains("opened");
        }
        await().until(() -> reportLimiter.inFlight() == 0);
    }

    @Test
    void streamOfAnEndpoint_forWhichThereIsNoPlace_isRefused() {
        CompletableFuture<List<String>> first = list(streams.patient(gateName));
        await().until(() -> limiter.inFlight() == 0);
        Wire.Answer refused = Wire.get(url.getPort(), "/page?gate=" + gateName);
        assertThat(refused.status()).isEqualTo(503);
        gate.open();
        assertThat(first.join()).hasSize(2);
    }

    private static CompletableFuture<List<String>> list(Multi<String> stream) {
        return stream.collect().asList().subscribeAsCompletionStage();
    }

    @ApplicationScoped
    static class Streams {
        static final AtomicInteger CALLS = new AtomicInteger();

        @ConcurrencyLimited
        Multi<String> items(String gate) {
            CALLS.incrementAndGet();
            return both(gate);
        }

        @ConcurrencyLimited
        Flow.Publisher<String> publisher(String gate) {
            return both(gate);
        }

        @ConcurrencyLimited
        Multi<String> failing(String gate) {
            return opened(gate)
                    .onItem()
                    .transformToMulti(opened -> Multi.createFrom().failure(new IllegalStateException("on purpose")));
        }

        @ConcurrencyLimited
        Multi<String> thrown() {
            throw new IllegalStateException("on purpose");
        }

        @ConcurrencyLimited(limiter = "reports", maxWait = "20s")
        Multi<String> patient(String gate) {
            return both(gate);
        }

        private static Multi<String> both(String gate) {
            return Multi.createBy()
                    .concatenating()
                    .streams(Multi.createFrom().item("first"), opened(gate).toMulti());
        }

        private static Uni<String> opened(String gate) {
            return Uni.createFrom().completionStage(() -> Gate.of(gate).opened().copy());
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

    @Path("/page")
    public static class Page {
        @GET
        @ConcurrencyLimited(limiter = "reports")
        public Multi<String> page(@QueryParam("gate") String gate) {
            return Streams.opened(gate).toMulti();
        }
    }
}
