/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import static io.loadline.metrics.RecordedObservations.attributes;
import static io.loadline.metrics.RecordedObservations.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loadline.Loadline;
import io.loadline.LogCapture;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainResult;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.GuardRefusedException;
import io.loadline.internal.Listeners;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Permit;
import io.loadline.limit.Route;
import io.loadline.time.ManualTicker;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service with a limit of one call, and what the observations of its requests are told. */
@Timeout(20)
class LoadlineObservationsTest {
    private final ManualTicker ticker = new ManualTicker();
    private final RecordedObservations recorded = new RecordedObservations();
    private final ObservationRegistry registry = recorded.registry();
    private final Loadline loadline = Loadline.builder("observed")
            .ticker(ticker)
            .observationRegistry(registry)
            .limiter(builder -> builder.algorithm(() -> FixedLimit.of(1)).maxWaiters(2))
            .guards(builder -> builder.executor(Runnable::run))
            .build();
    private final ConcurrencyLimiter limiter = loadline.limiter();
    private final Route route = limiter.route("route");

    @Test
    void refusal_isAnEventOfTheRequest_once() {
        Observation request = request();
        try (Permit holding = limiter.tryAcquire()) {
            request.scoped(() -> assertThat(limiter.tryAcquire(route)).isNull());
            request.scoped(() -> assertThat(limiter.tryAcquire(route)).isNull());
            loadline.observations().of(request).refused(route, limiter.rejectionReason());
        }
        assertThat(recorded.events()).containsExactly("request: loadline.shed");
        assertThat(attributes(request.getContext())).isEqualTo(Map.of("loadline.shed.reason", "limit"));
        assertThat(tags(request.getContext())).isEqualTo(Map.of("uri", "UNKNOWN"));
    }

    @Test
    void wait_isToldToTheRequestThatHasWaited() {
        Permit holding = limiter.tryAcquire();
        Observation request = request();
        CompletableFuture<Permit> waiting = request.scoped(
                () -> limiter.acquireAsync(route, Duration.ofSeconds(1)).toCompletableFuture());
        Observation assumed = request();
        CompletableFuture<Permit> refused = LoadlineObservations.assuming(
                assumed,
                () -> limiter.acquireAsync(route, CallContext.NONE, Duration.ofMillis(1), Runnable::run)
                        .toCompletableFuture());
        ticker.advance(Duration.ofNanos(12_345_678));
        limiter.beat();
        assertThat(refused).isCompletedExceptionally();
        assertThat(attributes(assumed.getContext()))
                .isEqualTo(Map.of("loadline.wait.ms", "12.345", "loadline.shed.reason", "queue"));
        holding.close();
        waiting.join().close();
        assertThat(recorded.events())
                .containsExactly("request: loadline.waited", "request: loadline.shed", "request: loadline.waited");
        assertThat(attributes(request.getContext())).isEqualTo(Map.of("loadline.wait.ms", "12.345"));
    }

    @Test
    void refusalOfAGuard_isAnEventPerDependency() {
        DependencyGuard inventory = loadline.guards().guard("inventory");
        inventory.circuitBreaker().transitionToOpenState();
        DependencyGuard prices = loadline.guards().guard("prices");
        prices.circuitBreaker().transitionToOpenState();
        Observation request = request();
        request.scoped(() -> {
            refused(inventory);
            refused(inventory);
            refused(prices);
        });
        assertThat(recorded.events())
                .containsExactly("request: loadline.guard.refused", "request: loadline.guard.refused");
        assertThat(attributes(request.getContext()))
                .isEqualTo(Map.of("loadline.guard.dependency", "prices", "loadline.guard.reason", "breaker_open"));
    }

    @Test
    void breaker_thatOpensAndCloses_isObservedEachTime_butNotItsTries() {
        DependencyGuard inventory = loadline.guards().guard("inventory");
        inventory.circuitBreaker().transitionToOpenState();
        inventory.beat();
        inventory.circuitBreaker().transitionToHalfOpenState();
        inventory.beat();
        inventory.circuitBreaker().transitionToOpenState();
        inventory.beat();
        inventory.circuitBreaker().transitionToClosedState();
        inventory.beat();
        assertThat(recorded.stopped())
                .extracting(Observation.Context::getContextualName)
                .containsExactly("loadline.guard.state inventory open", "loadline.guard.state inventory closed");
        assertThat(tags(recorded.stopped().get(0)))
                .isEqualTo(Map.of("loadline.guard.dependency", "inventory", "loadline.guard.state", "open"));
    }

    @Test
    void quotaRefusal_isAnEvent() {
        Observation request = request();
        request.scoped(() -> loadline.observations().quotaRefused("api"));
        loadline.observations().quotaRefused("api");
        loadline.observations().quotaRefused(null, "api");
        assertThat(recorded.events()).containsExactly("request: loadline.quota.refused");
        assertThat(attributes(request.getContext())).isEqualTo(Map.of("loadline.quota", "api"));
    }

    @Test
    void drain_isAnObservation_untilItsResultIsKnown() throws Exception {
        Permit running = limiter.tryAcquire();
        assertThat(loadline.availability().ready("arranged")).isTrue();
        CompletableFuture<DrainResult> drained =
                loadline.drain().drainAsync("arranged", Settling.SKIP).toCompletableFuture();
        assertThat(recorded.stopped()).isEmpty();
        running.success();
        drained.get(5, TimeUnit.SECONDS);
        assertThat(recorded.events())
                .containsExactly(
                        "loadline.drain: loadline.drain.announcing",
                        "loadline.drain: loadline.drain.settling",
                        "loadline.drain: loadline.drain.quiescing",
                        "loadline.drain: loadline.drain.closing");
        Observation.Context drain = recorded.stopped().get(0);
        assertThat(tags(drain)).isEqualTo(Map.of("loadline.drain.outcome", "idle"));
        assertThat(attributes(drain)).isEqualTo(Map.of("loadline.drain.inflight", "0"));

        loadline.drain().closed();
        loadline.close();
        assertThat(recorded.stopped()).hasSize(1);
        assertThat(recorded.events()).hasSize(4);
    }

    @Test
    void drain_thatIsCutOff_endsItsObservation() {
        Permit running = limiter.tryAcquire();
        assertThat(loadline.availability().ready("arranged")).isTrue();
        loadline.drain().drainAsync("arranged", Settling.WAIT);
        loadline.close();
        assertThat(tags(recorded.stopped().get(0))).isEqualTo(Map.of("loadline.drain.outcome", "aborted"));
        assertThat(attributes(recorded.stopped().get(0))).isEqualTo(Map.of("loadline.drain.inflight", "1"));
        assertThat(recorded.events()).last().isEqualTo("loadline.drain: loadline.drain.closing");
        running.close();
    }

    @Test
    void drain_isNoLongerObserved_whenWhoWaitsForItGoesOn() {
        List<Integer> stopped = new ArrayList<>();
        CompletionStage<Void> closing = loadline.drain()
                .drained()
                .thenRun(() -> stopped.add(recorded.stopped().size()));
        loadline.drain().drainAsync("arranged", Settling.SKIP);
        assertThat(closing).isCompleted();
        assertThat(stopped).containsExactly(1);
    }

    @Test
    void drain_whoseHandlersFail_isObservedOnce() {
        AtomicInteger started = new AtomicInteger();
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context context) {
                started.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void onEvent(Observation.Event event, Observation.Context context) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        try (LogCapture log = LogCapture.of(Listeners.class)) {
            loadline.drain().drainAsync("arranged", Settling.SKIP);
            assertThat(started).hasValue(1);
            assertThat(recorded.stopped()).hasSize(1);
            assertThat(tags(recorded.stopped().get(0))).isEqualTo(Map.of("loadline.drain.outcome", "idle"));
            assertThat(log.warnings()).isNotEmpty();
        }
    }

    /** Prometheus takes meters of one name only with the same tags. */
    @Test
    void meters_ofObservations_keepTheirTags() {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        request().stop();
        try (Permit holding = limiter.tryAcquire()) {
            Observation refused = request();
            refused.scoped(() -> assertThat(limiter.tryAcquire(route)).isNull());
            refused.stop();
        }
        assertThat(meters.scrape())
                .contains("request_seconds_count{error=\"none\",uri=\"UNKNOWN\"} 2")
                .contains("request_loadline_shed_total{uri=\"UNKNOWN\"} 1.0");
    }

    @Test
    void handlerThatFails_changesNothing_andIsLoggedOnce() {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onEvent(Observation.Event event, Observation.Context context) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        try (LogCapture log = LogCapture.of(LoadlineObservations.class);
                Permit holding = limiter.tryAcquire()) {
            request().scoped(() -> assertThat(limiter.tryAcquire(route)).isNull());
            request().scoped(() -> assertThat(limiter.tryAcquire(route)).isNull());
            assertThat(log.warnings())
                    .containsExactly("An observation could not be told something; this is logged once");
        }
    }

    @Test
    void registryThatFails_changesNothing_andIsLoggedOnce() {
        ObservationRegistry failing = (ObservationRegistry) Proxy.newProxyInstance(
                ObservationRegistry.class.getClassLoader(),
                new Class<?>[] {ObservationRegistry.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("on purpose");
                });
        LoadlineObservations failed = new LoadlineObservations(failing);
        try (LogCapture log = LogCapture.of(LoadlineObservations.class)) {
            failed.quotaRefused("api");
            failed.quotaRefused(request(), "api");
            failed.ofWaiting().waited(route, Duration.ofSeconds(1));
            assertThat(log.warnings())
                    .containsExactly("An observation could not be told something; this is logged once");
        }
    }

    @Test
    void withoutARegistryOrARequest_nothingHappens() {
        try (Permit holding = limiter.tryAcquire()) {
            assertThat(limiter.tryAcquire(route)).isNull();
            assertThat(recorded.events()).isEmpty();
        }
        LoadlineObservations none = new LoadlineObservations(ObservationRegistry.NOOP);
        Observation request = request();
        assertThat(none.isUsed()).isFalse();
        none.quotaRefused(request, "api");
        request.scoped(() -> none.ofWaiting().waited(route, Duration.ofSeconds(1)));
        assertThat(recorded.events()).isEmpty();
        loadline.observations().quotaRefused(Observation.NOOP, "api");
        assertThat(recorded.events()).isEmpty();
    }

    private Observation request() {
        return Observation.createNotStarted("request", registry)
                .lowCardinalityKeyValue("uri", "UNKNOWN")
                .start();
    }

    private static void refused(DependencyGuard guard) {
        assertThatExceptionOfType(GuardRefusedException.class).isThrownBy(() -> guard.run(() -> {}));
    }
}
