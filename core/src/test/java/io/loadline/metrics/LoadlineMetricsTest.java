/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.advice.MemoryAdvisor;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.availability.FatalErrors;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainParticipant;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.FeatureOverride;
import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardPermit;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.Quota;
import io.loadline.internal.Listeners;
import io.loadline.limit.CallContext;
import io.loadline.limit.Criticality;
import io.loadline.limit.CriticalityStats;
import io.loadline.limit.Enforcement;
import io.loadline.limit.Permit;
import io.loadline.limit.RouteLimits;
import io.loadline.memory.MemoryMonitor;
import io.loadline.memory.MemoryReading;
import io.loadline.signal.Backlog;
import io.loadline.signal.SimulatedService;
import io.loadline.signal.SloReport;
import io.loadline.signal.Validity;
import io.loadline.signal.Workload;
import io.loadline.startup.Readings;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.loadline.time.Registration;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LoadlineMetricsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Set<LoadlineMeter> COUNTERS = EnumSet.of(
            LoadlineMeter.REPEATED,
            LoadlineMeter.REQUESTS,
            LoadlineMeter.SHADOWED,
            LoadlineMeter.CRITICALITY_REQUESTS,
            LoadlineMeter.CRITICALITY_SHADOWED,
            LoadlineMeter.DEPENDENCY_CALLS,
            LoadlineMeter.DEPENDENCY_SLOW,
            LoadlineMeter.STARTUP_AHEAD,
            LoadlineMeter.MEMORY_LIMIT_CHANGES,
            LoadlineMeter.DEGRADATION_WITHHELD,
            LoadlineMeter.INTAKE_PAUSES,
            LoadlineMeter.QUOTA_REQUESTS,
            LoadlineMeter.SLO_REQUESTS,
            LoadlineMeter.QUOTA_ROUTE_REQUESTS,
            LoadlineMeter.QUOTA_EVICTED,
            LoadlineMeter.QUOTA_KEYS_MISSING,
            LoadlineMeter.SETTINGS_CHANGES,
            LoadlineMeter.FATAL_ERRORS);

    private long ordersDone;
    private final SimulatedService service = new SimulatedService(
            limiter -> limiter.slo(Duration.ofMillis(150)),
            signal -> signal.forecast(Duration.ofSeconds(30)).saturation(Backlog.of("orders", SECOND, () -> {
                ordersDone += 20;
                return new Backlog.Counts(100, 0.5, ordersDone, 0);
            })));
    private final DrainCoordinator drain = DrainCoordinator.builder(
                    service.availability, service.limiter, service.heartbeat)
            .build();
    private final Startup startup = startup();
    private final DependencyChecks dependencies = DependencyChecks.create(
            List.of(DependencyCheck.builder("db", () -> true).build()), service.availability, service.heartbeat);
    private final MemoryMonitor memory =
            MemoryMonitor.builder("shop", service.heartbeat).build();
    private final FatalErrors errors = FatalErrors.create(service.availability, FatalErrors.Policy.REPORT);
    private final MemoryAdvisor advisor =
            MemoryAdvisor.builder("shop", memory, service.signal).build();
    private final DependencyGuards guards = DependencyGuards.builder(service.heartbeat)
            .inFlight(service.limiter::inFlight)
            .build();
    private final DependencyGuard inventory = guards.guard("inventory", builder -> builder.concurrency(2));
    private final Degradation degradation = Degradation.builder(service.heartbeat, () -> Double.NaN)
            .feature("recommendations", 0.9)
            .build();
    private final IntakeGate intake = IntakeGate.builder(service.limiter, service.availability, service.heartbeat)
            .build();
    private final LoadlineMetrics metrics = new LoadlineMetrics(
                    "shop", "1.2.3", service.signal, drain, service.availability, dependencies, startup)
            .memory(advisor, errors)
            .waiting(service.limiter)
            .guards(guards)
            .degradation(degradation)
            .intake(intake)
            .quota(Quota.builder("api")
                    .limit(1, SECOND)
                    .route("GET /report", 1, SECOND)
                    .build())
            .settings(() -> 7, Map.of("applied", () -> 6, "rejected", () -> 3));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void load_comesWithTheFirstValidTickAndGoesWithTheDrain() {
        PrometheusMeterRegistry prometheus = prometheus();
        metrics.bindTo(registry);
        metrics.bindTo(prometheus);
        service.offer(50, SECOND);
        assertLoadIsAbsent(prometheus);

        service.ready();
        assertLoadIsAbsent(prometheus);

        service.offer(50, SECOND);
        assertThat(gauge(LoadlineMeter.LOAD)).isEqualTo(0.3);
        assertThat(gauge(LoadlineMeter.LOAD_PERCENT)).isEqualTo(30);
        assertThat(samples(prometheus))
                .containsEntry("loadline_load", 0.3)
                .containsEntry("loadline_load_percent", 30.0);

        drain.drainAsync("SIGTERM", Settling.WAIT);
        assertLoadIsAbsent(prometheus);
        service.offer(50, SECOND);
        assertLoadIsAbsent(prometheus);
    }

    /** Neither the name with a NaN nor a help line without samples may remain. */
    private void assertLoadIsAbsent(PrometheusMeterRegistry prometheus) {
        assertThat(registry.find("loadline.load").meter()).isNull();
        assertThat(registry.find("loadline.load.percent").meter()).isNull();
        assertThat(prometheus.scrape()).doesNotContain("loadline_load");
    }

    @Test
    void bindTo_inTheMiddle_hasTheLoadAtOnce() {
        service.ready();
        service.offer(50, SECOND);
        metrics.bindTo(registry);

        assertThat(gauge(LoadlineMeter.LOAD)).isEqualTo(0.3);
    }

    /** The listener that removes the load must win over one that is just being told of a valid load. */
    @Test
    void load_whenTheDrainBeginsDuringATick_isAbsent() {
        SimulatedService racing = new SimulatedService();
        racing.signal.listen(snapshot -> {
            if (snapshot.validity() == Validity.VALID) {
                racing.availability.draining("during the tick");
            }
        });
        LoadlineMetrics late = new LoadlineMetrics(
                "shop",
                "1",
                racing.signal,
                DrainCoordinator.builder(racing.availability, racing.limiter, racing.heartbeat)
                        .build(),
                racing.availability,
                dependencies,
                startup());
        late.bindTo(registry);
        racing.ready();
        racing.offer(50, Duration.ofMillis(1000));

        assertThat(racing.signal.snapshot().validity()).isEqualTo(Validity.DRAINING);
        assertThat(registry.find("loadline.load").meter()).isNull();
    }

    @Test
    void meters_inPrometheus_haveTheNamesAndTheHelpOfTheTable() {
        PrometheusMeterRegistry prometheus = prometheus();
        metrics.bindTo(prometheus);
        service.limiter.route("batch").criticality(Criticality.SHEDDABLE);
        assertThat(intake.isOpen()).isTrue();
        service.ready();
        service.offer(50, SECOND);
        String text = prometheus.scrape();

        Map<LoadlineMeter, String> names = new HashMap<>();
        for (LoadlineMeter meter : LoadlineMeter.values()) {
            names.put(meter, meter.meterName().replace('.', '_') + suffix(meter));
            assertThat(text).contains("# HELP " + names.get(meter) + " " + meter.description() + "\n");
        }
        assertThat(names)
                .containsEntry(LoadlineMeter.LOAD, "loadline_load")
                .containsEntry(LoadlineMeter.LOAD_PERCENT, "loadline_load_percent")
                .containsEntry(LoadlineMeter.INFO, "loadline_info");
        assertThat(text.lines().filter(line -> line.startsWith("# HELP loadline")))
                .hasSize(LoadlineMeter.values().length);
        assertThat(text).contains("loadline_info{application=\"shop\",version=\"1.2.3\"} 1");
        assertThat(text).contains("# TYPE loadline_requests_total counter");
    }

    private static String suffix(LoadlineMeter meter) {
        if (COUNTERS.contains(meter)) {
            return "_total";
        }
        String unit = meter.unit();
        return unit == null || meter.meterName().endsWith(unit) ? "" : "_" + unit;
    }

    @Test
    void meters_haveTheTagsAndUnitsOfTheTable() {
        metrics.bindTo(registry);
        service.limiter.route("batch").criticality(Criticality.SHEDDABLE);
        assertThat(intake.isOpen()).isTrue();
        service.ready();
        service.offer(50, SECOND);

        Set<LoadlineMeter> seen = EnumSet.noneOf(LoadlineMeter.class);
        for (Meter meter : registry.getMeters()) {
            LoadlineMeter row = Arrays.stream(LoadlineMeter.values())
                    .filter(each -> each.meterName().equals(meter.getId().getName()))
                    .findAny()
                    .orElseThrow();
            seen.add(row);
            assertThat(meter.getId().getDescription()).isEqualTo(row.description());
            assertThat(meter.getId().getBaseUnit()).isEqualTo(row.unit());
            assertThat(meter.getId().getTags().stream().map(tag -> tag.getKey()))
                    .containsExactlyInAnyOrder(row.tagKeys());
        }
        assertThat(seen).containsExactlyInAnyOrder(LoadlineMeter.values());
    }

    @Test
    void queues_haveGauges() {
        metrics.bindTo(registry);
        assertThat(registry.find("loadline.queue.depth").meter()).isNull();
        service.ready();
        service.offer(50, SECOND);

        assertThat(gauge(LoadlineMeter.QUEUE_DEPTH, "queue", "orders")).isEqualTo(50);
        assertThat(gauge(LoadlineMeter.QUEUE_CLEAR, "queue", "orders")).isNaN();
    }

    @Test
    void workloads_haveGaugesOnceThereAreSome() {
        metrics.bindTo(registry);
        assertThat(registry.find("loadline.workload.demand").meter()).isNull();
        service.ready();
        service.offer(Map.of("GET /orders", 50.0), SECOND);

        assertThat(gauge(LoadlineMeter.WORKLOAD_DEMAND, "workload", "read"))
                .isEqualTo(
                        service.signal.snapshot().workloads().get(Workload.READ).demand())
                .isPositive();
        assertThat(gauge(LoadlineMeter.WORKLOAD_DEMAND, "workload", "write")).isZero();
        assertThat(registry.find("loadline.workload.demand")
                        .tag("workload", "batch")
                        .meter())
                .isNull();
    }

    @Test
    void features_haveGaugesAndACounter() {
        metrics.bindTo(registry);
        assertThat(gauge(LoadlineMeter.DEGRADATION_LEVEL)).isZero();
        assertThat(gauge(LoadlineMeter.DEGRADATION_FEATURE, "feature", "recommendations"))
                .isEqualTo(1);
        degradation.force("recommendations", FeatureOverride.off("ann", "too slow"));
        assertThat(degradation.allows("recommendations")).isFalse();

        assertThat(gauge(LoadlineMeter.DEGRADATION_FEATURE, "feature", "recommendations"))
                .isZero();
        assertThat(gauge(LoadlineMeter.DEGRADATION_FORCED, "feature", "recommendations"))
                .isEqualTo(1);
        assertThat(registry.get("loadline.degradation.withheld")
                        .tags("feature", "recommendations")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void gateThatNobodyAsks_hasNoMeters() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(50, SECOND);
        assertThat(registry.find("loadline.intake.open").meter()).isNull();
        assertThat(intake.isOpen()).isTrue();

        service.offer(50, SECOND);
        assertThat(gauge(LoadlineMeter.INTAKE_OPEN)).isEqualTo(1);
    }

    @Test
    void settings_areAVersionAndCountersByResult() {
        metrics.bindTo(registry);

        assertThat(gauge(LoadlineMeter.SETTINGS_VERSION)).isEqualTo(7);
        assertThat(registry.get("loadline.settings.changes")
                        .tag("result", "rejected")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
    }

    @Test
    void waiting_isAGaugeAndATimer() {
        metrics.bindTo(registry);
        List<Permit> running = new ArrayList<>();
        while (running.size() < service.limiter.limit()) {
            running.add(service.limiter.tryAcquire());
        }
        CompletionStage<Permit> waiting = service.limiter.acquireAsync(service.limiter.otherRoute(), SECOND);
        assertThat(gauge(LoadlineMeter.WAITING)).isEqualTo(1);
        service.ticker.advance(Duration.ofMillis(20));
        running.get(0).close();
        waiting.toCompletableFuture().join().close();
        FunctionTimer waited = registry.get("loadline.waited").functionTimer();
        assertThat(waited.count()).isEqualTo(1);
        assertThat(waited.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(20);
        assertThat(gauge(LoadlineMeter.WAITING)).isZero();
    }

    @Test
    void dependency_hasCountsAndGauges_alsoIfItIsGuardedLater() {
        metrics.bindTo(registry);
        GuardPermit first = inventory.acquire();
        GuardPermit second = inventory.acquire();
        assertThat(inventory.tryAcquire()).isNull();
        service.ticker.advance(Duration.ofMillis(40));
        first.success();
        second.end(GuardOutcome.FAILURE);
        GuardPermit third = inventory.acquire();

        assertThat(calls("succeeded")).isEqualTo(1);
        assertThat(calls("failed")).isEqualTo(1);
        assertThat(calls("timed_out")).isZero();
        assertThat(calls("cancelled")).isZero();
        assertThat(calls("bulkhead_full")).isEqualTo(1);
        assertThat(calls("breaker_open")).isZero();
        assertThat(gauge(LoadlineMeter.DEPENDENCY_IN_FLIGHT)).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.DEPENDENCY_LIMIT)).isEqualTo(2);
        assertThat(gauge(LoadlineMeter.DEPENDENCY_P99)).isEqualTo(0.04, within(0.005));
        assertThat(registry.get("loadline.dependency.state")
                        .tag("state", "closed")
                        .gauge()
                        .value())
                .isEqualTo(1);
        FunctionTimer time = registry.get("loadline.dependency.time").functionTimer();
        assertThat(time.count()).isEqualTo(2);
        assertThat(time.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(80);
        third.close();

        guards.guard("later\n\"x\"");
        service.ready();
        service.offer(50, SECOND);
        assertThat(registry.get("loadline.dependency.inflight").gauges()).hasSize(2);
        PrometheusMeterRegistry prometheus = prometheus();
        metrics.bindTo(prometheus);
        assertThat(prometheus.scrape()).contains("dependency=\"later\\n\\\"x\\\"\"");
        metrics.close();
        assertThat(registry.find("loadline.dependency.inflight").gauges()).isEmpty();
    }

    private double calls(String result) {
        return registry.get("loadline.dependency.calls")
                .tag("result", result)
                .functionCounter()
                .count();
    }

    @Test
    void meters_tellWhatTheSnapshotTells() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(300, Duration.ofSeconds(30));

        assertThat(gauge(LoadlineMeter.DEMAND))
                .isEqualTo(service.signal.snapshot().demand());
        assertThat(gauge(LoadlineMeter.CAPACITY))
                .isEqualTo(service.signal.snapshot().capacity());
        assertThat(gauge(LoadlineMeter.ARRIVAL_RATE)).isEqualTo(300);
        assertThat(gauge(LoadlineMeter.LIMIT)).isEqualTo(10);
        assertThat(gauge(LoadlineMeter.ENFORCING)).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.IN_FLIGHT)).isEqualTo(10);
        assertThat(gauge(LoadlineMeter.SATURATION, "resource", "workers")).isEqualTo(0.3);
        assertThat(gauge(LoadlineMeter.BOTTLENECK, "resource", "limit")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.BOTTLENECK, "resource", "none")).isZero();
        assertThat(gauge(LoadlineMeter.ARRIVAL_TREND))
                .isEqualTo(service.signal.snapshot().arrivalTrend())
                .isFinite();
        assertThat(gauge(LoadlineMeter.GC_SHARE)).isZero();
        assertThat(gauge(LoadlineMeter.ALLOCATION_RATE)).isNaN();
        assertThat(gauge(LoadlineMeter.STATE, "state", "ready")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.STATE, "state", "draining")).isZero();
        assertThat(gauge(LoadlineMeter.VALIDITY, "reason", "valid")).isEqualTo(1);
        assertThat(count("other", "succeeded"))
                .isEqualTo((double) service.signal.snapshot().stats().succeeded())
                .isCloseTo(3_000, within(20.0));
        assertThat(count("other", "shed"))
                .isEqualTo((double) service.signal.snapshot().stats().shed())
                .isCloseTo(6_000, within(20.0));
    }

    @Test
    void promise_isCountersByRouteAndBurnRatesByWindow() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(200, Duration.ofSeconds(310));

        SloReport slo = service.signal.snapshot().slo();
        assertThat(slo.counts().good()).isCloseTo(31_000, within(100L));
        assertThat(slo.counts().bad()).isCloseTo(31_000, within(100L));
        assertThat(sloCount("good")).isEqualTo((double) slo.counts().good());
        assertThat(sloCount("bad")).isEqualTo((double) slo.counts().bad());
        assertThat(gauge(LoadlineMeter.SLO_BURN_RATE, "window", "5m"))
                .isEqualTo(slo.burnRate(SloReport.Window.FIVE_MINUTES))
                .isCloseTo(500, within(5.0));
        assertThat(gauge(LoadlineMeter.SLO_BURN_RATE, "window", "6h")).isNaN();
    }

    private double sloCount(String result) {
        return registry.get("loadline.slo.requests")
                .tags("route", "other", "result", result)
                .functionCounter()
                .count();
    }

    @Test
    void promiseAndForecast_thatNobodyAskedFor_haveNoMeters() {
        SimulatedService plain = new SimulatedService();
        LoadlineMetrics few = new LoadlineMetrics(
                "shop",
                "1",
                plain.signal,
                DrainCoordinator.builder(plain.availability, plain.limiter, plain.heartbeat)
                        .build(),
                plain.availability,
                dependencies,
                startup());
        few.bindTo(registry);
        plain.ready();
        plain.offer(50, Duration.ofSeconds(3));

        assertThat(gauge(LoadlineMeter.LOAD)).isEqualTo(0.3);
        assertThat(registry.getMeters().stream().map(meter -> meter.getId().getName()))
                .noneMatch(name -> name.contains("slo") || name.contains("forecast"));
    }

    @Test
    void forecast_whileSilent_isTheLoad() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(50, Duration.ofSeconds(3));

        assertThat(gauge(LoadlineMeter.LOAD_FORECAST)).isEqualTo(gauge(LoadlineMeter.LOAD));
        assertThat(gauge(LoadlineMeter.LOAD_FORECAST_ERROR, "of", "trend")).isNaN();
        assertThat(gauge(LoadlineMeter.LOAD_FORECAST_ERROR, "of", "persistence"))
                .isNaN();
    }

    @Test
    void criticality_isToldByResultFromItsFirstUse() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(50, SECOND);
        assertThat(registry.find("loadline.criticality.requests").meter()).isNull();

        service.limiter.otherRoute().criticality(Criticality.SHEDDABLE);
        service.offer(300, Duration.ofSeconds(10));
        CriticalityStats stats = service.signal.snapshot().criticalities().get(Criticality.SHEDDABLE);
        assertThat(stats.arrived()).isEqualTo(3_000);
        assertThat(registry.get("loadline.criticality.requests")
                        .tags("criticality", "sheddable", "result", "shed")
                        .functionCounter()
                        .count())
                .isEqualTo((double) stats.shed())
                .isPositive();
        assertThat(service.signal.snapshot().explanation())
                .contains("Refused by criticality: 0 of 0 critical_plus, 0 of 0 critical, 0 of 0 sheddable_plus, "
                        + stats.shed() + " of 3000 sheddable.");
    }

    @Test
    void memory_isToldByStateSizesAndAnswers() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(50, SECOND);
        assertThat(gauge(LoadlineMeter.MEMORY_STATE, "state", "settling")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.MEMORY_STATE, "state", "stable")).isZero();
        MemoryReading reading = memory.snapshot().reading();
        assertThat(gauge(LoadlineMeter.MEMORY_HEADROOM, "of", "heap"))
                .isEqualTo(
                        reading.heapHeadroomBytes().isPresent()
                                ? reading.heapHeadroomBytes().getAsLong()
                                : Double.NaN);
        assertThat(gauge(LoadlineMeter.MEMORY_ADVICE, "size", "request")).isNaN();
        assertThat(gauge(LoadlineMeter.MEMORY_CHECK, "question", "stabilises")).isNaN();

        errors.report(new OutOfMemoryError("arranged"));
        assertThat(registry.get("loadline.errors.fatal").functionCounter().count())
                .isEqualTo(1);
    }

    @Test
    void load_thatIsRead_isKnownToBeRead() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(50, SECOND);
        assertThat(service.signal.sinceLoadWasRead()).isEmpty();

        assertThat(gauge(LoadlineMeter.LOAD_PERCENT)).isEqualTo(30);
        service.offer(50, SECOND);
        assertThat(service.signal.sinceLoadWasRead()).hasValue(SECOND);
    }

    @Test
    void drain_isToldByPhaseAndTimeLeft() {
        metrics.bindTo(registry);
        service.ready();
        assertThat(gauge(LoadlineMeter.DRAIN_PHASE, "phase", "none")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.DRAIN_REMAINING)).isZero();
        Permit running = service.limiter.tryAcquire();
        assertThat(running).isNotNull();
        drain.drainAsync("SIGTERM", Settling.SKIP);
        service.offer(0, Duration.ofSeconds(5));

        assertThat(gauge(LoadlineMeter.DRAIN_PHASE, "phase", "quiescing")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.DRAIN_PHASE, "phase", "none")).isZero();
        assertThat(gauge(LoadlineMeter.DRAIN_REMAINING)).isEqualTo(20);
        running.close();
    }

    @Test
    void startup_isToldByOutcomeAndStage() throws InterruptedException {
        metrics.bindTo(registry);
        assertThat(gauge(LoadlineMeter.STARTUP_STAGES, "outcome", "pending")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.STARTUP_READY)).isNaN();
        assertThat(gauge(LoadlineMeter.STARTUP_PEAK)).isNaN();
        startup.begin("listens");
        assertThat(startup.awaitEnd(Duration.ofSeconds(10))).isTrue();

        assertThat(gauge(LoadlineMeter.STARTUP_STAGES, "outcome", "done")).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.STARTUP_STAGES, "outcome", "pending")).isZero();
        assertThat(gauge(LoadlineMeter.STARTUP_READY)).isNotNegative();
        assertThat(gauge(LoadlineMeter.STARTUP_STAGE_MEMORY, "stage", "prices")).isEqualTo(5 << 20);
    }

    /** A framework knows its stages when all its beans are there, long after the registry. */
    @Test
    void startup_whosePlanIsToldLate_isFollowed() {
        metrics.bindTo(registry);
        startup.plan(StartupPlan.builder().stage("suggestions", stage -> {}).build());
        assertThat(gauge(LoadlineMeter.STARTUP_STAGE_MEMORY, "stage", "prices")).isNaN();
        service.offer(0, SECOND);

        assertThat(gauge(LoadlineMeter.STARTUP_STAGE_MEMORY, "stage", "suggestions"))
                .isZero();
    }

    @Test
    void close_removesAllMetersFromAllRegistries() {
        MeterRegistry second = new SimpleMeterRegistry();
        second.counter("mine").increment();
        metrics.bindTo(registry);
        metrics.bindTo(second);
        service.ready();
        service.offer(50, SECOND);
        assertThat(second.getMeters()).hasSize(registry.getMeters().size() + 1);

        metrics.close();
        service.offer(50, Duration.ofSeconds(2));

        assertThat(registry.getMeters()).isEmpty();
        assertThat(second.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactly("mine");
    }

    @Test
    void bindTo_afterClose_bindsNothing() {
        metrics.close();
        metrics.bindTo(registry);

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void bindTo_aComposite_reachesAndLeavesItsMembers() {
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        composite.add(registry);
        metrics.bindTo(composite);
        service.ready();
        service.offer(50, SECOND);
        assertThat(gauge(LoadlineMeter.LOAD)).isEqualTo(0.3);

        assertThat(service.availability.broken("")).isTrue();
        assertThat(registry.find("loadline.load").meter()).isNull();
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Two services can not share one set of names; the second must not take the meters of the first with it. */
    @Test
    void bindTo_aRegistryThatHasMetersOfAnother_isRefusedWithOneWarning() {
        metrics.bindTo(registry);
        Set<Meter> before = new HashSet<>(registry.getMeters());
        try (LogCapture log = LogCapture.of(LoadlineMetrics.class)) {
            LoadlineMetrics second = new LoadlineMetrics(
                    "other", "1", service.signal, drain, service.availability, dependencies, startup);
            second.bindTo(registry);
            metrics.bindTo(registry);
            second.close();

            assertThat(log.warnings())
                    .hasSize(2)
                    .allMatch(line -> line.contains("has the meters of a Loadline already"));
        }
        assertThat(registry.getMeters()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void registry_thatFails_harmsNoOther() {
        MeterRegistry failing = new SimpleMeterRegistry();
        failing.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (id.getName().equals("loadline.load")) {
                    throw new IllegalStateException("mine");
                }
                return id;
            }
        });
        metrics.bindTo(failing);
        metrics.bindTo(registry);
        service.ready();
        try (LogCapture log = LogCapture.of(Listeners.class)) {
            service.offer(50, Duration.ofSeconds(3));
            assertThat(log.warnings()).hasSize(1);
        }
        assertThat(gauge(LoadlineMeter.LOAD)).isEqualTo(0.3);
    }

    @Test
    void capped_isCountedFromItsFirstRefusalOn() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(10, SECOND);
        assertThat(registry.find("loadline.requests").tag("result", "capped").functionCounters())
                .isEmpty();

        service.limiter.limits("pay", RouteLimits.NONE.cap(1));
        try (Permit held = service.limiter.tryAcquire(service.limiter.route("pay"))) {
            assertThat(held).isNotNull();
            assertThat(service.limiter.tryAcquire(service.limiter.route("pay"))).isNull();
            service.limiter.streams().begin();
            service.offer(10, SECOND);
        }

        assertThat(registry.get("loadline.requests")
                        .tags("result", "capped", "route", "pay")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("loadline.streams").gauge().value()).isEqualTo(1);
        service.enforce(Enforcement.SHADOW);
        try (Permit held = service.limiter.tryAcquire(service.limiter.route("pay"))) {
            assertThat(held).isNotNull();
            service.limiter.tryAcquire(service.limiter.route("pay")).close();
            service.offer(10, SECOND);
        }
        assertThat(registry.get("loadline.requests.shadowed")
                        .tags("reason", "route_cap", "route", "pay")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void expired_isCountedByRouteFromItsFirstRefusalOn() {
        metrics.bindTo(registry);
        service.ready();
        service.offer(10, SECOND);
        assertThat(registry.find("loadline.requests").tag("result", "expired").functionCounters())
                .isEmpty();

        CallContext late = CallContext.NONE.timeout(Duration.ZERO);
        assertThat(service.limiter.tryAcquire(service.limiter.route("pay"), late))
                .isNull();
        service.offer(10, SECOND);
        assertThat(registry.get("loadline.requests")
                        .tags("result", "expired", "route", "pay")
                        .functionCounter()
                        .count())
                .isEqualTo(1);

        service.enforce(Enforcement.SHADOW);
        service.limiter.tryAcquire(service.limiter.route("pay"), late).success();
        service.offer(10, SECOND);
        assertThat(registry.get("loadline.requests.shadowed")
                        .tags("reason", "deadline", "route", "pay")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void series_under100000Names_areBounded() {
        PrometheusMeterRegistry prometheus = prometheus();
        metrics.bindTo(prometheus);
        service.ready();
        for (int i = 0; i < 100_000; i++) {
            Permit permit = service.limiter.tryAcquire(service.limiter.route("/orders/" + i));
            assertThat(permit).isNotNull();
            permit.success();
        }
        service.offer(50, Duration.ofSeconds(2));

        Map<String, Double> samples = samples(prometheus);
        assertThat(samples.keySet().stream().filter(name -> name.startsWith("loadline_requests_total{")))
                .hasSize(100 * 5);
        assertThat(samples).hasSizeLessThan(950);
        assertThat(samples.entrySet().stream()
                        .filter(sample -> sample.getKey().contains("succeeded"))
                        .mapToDouble(Map.Entry::getValue)
                        .sum())
                .isGreaterThanOrEqualTo(100_000);
    }

    @Test
    void counters_whateverHappens_areMonotone() {
        metrics.bindTo(registry);
        service.ready();
        Map<String, Double> last = new HashMap<>();
        for (int second = 0; second < 30; second++) {
            if (second % 3 == 0) {
                Permit permit = service.limiter.tryAcquire(service.limiter.route("/late/" + second));
                if (permit != null) {
                    permit.drop();
                }
            }
            if (second == 20) {
                drain.drainAsync("SIGTERM", Settling.SKIP);
            }
            service.offer(second % 2 == 0 ? 300 : 20, SECOND);
            for (Meter meter : registry.getMeters()) {
                if (meter instanceof FunctionCounter counter) {
                    double before = last.getOrDefault(meter.getId().toString(), 0.0);
                    assertThat(counter.count()).as(meter.getId().toString()).isGreaterThanOrEqualTo(before);
                    last.put(meter.getId().toString(), counter.count());
                }
            }
        }
        assertThat(last).hasSizeGreaterThan(30);
        assertThat(count("other", "refused")).isPositive();
    }

    /** Of another service: this one is told to be ready. */
    private static Startup startup() {
        StartupPlan plan = StartupPlan.builder()
                .stage("prices", stage -> stage.report(5 << 20))
                .build();
        return Startup.builder(plan, Availability.create(InstantSource.system()), Readings::unknown)
                .build();
    }

    @Test
    void gauges_ofDrainReadinessAndDependencies_followThem() {
        metrics.bindTo(registry);
        assertThat(gauge(LoadlineMeter.READINESS)).isZero();
        assertThat(gauge(LoadlineMeter.DEPENDENCY_UP, "dependency", "db")).isNaN();
        service.ready();
        dependencies.close();
        assertThat(gauge(LoadlineMeter.READINESS)).isEqualTo(1);
        Registration hold = service.availability.holdReadiness("arranged");
        assertThat(gauge(LoadlineMeter.READINESS)).isZero();
        hold.close();

        CountDownLatch released = new CountDownLatch(1);
        drain.add(new DrainParticipant() {
            @Override
            public String name() {
                return "consumer";
            }

            @Override
            public void drain(Duration timeLeft) throws InterruptedException {
                released.await();
            }
        });
        Registration stream = drain.longLived().open("GET /events", () -> {});
        assertThat(gauge(LoadlineMeter.LONG_LIVED)).isEqualTo(1);
        assertThat(gauge(LoadlineMeter.DRAIN_PARTICIPANTS)).isZero();
        drain.drainAsync("SIGTERM", Settling.SKIP);
        assertThat(gauge(LoadlineMeter.DRAIN_PARTICIPANTS)).isEqualTo(1);
        stream.close();
        assertThat(gauge(LoadlineMeter.LONG_LIVED)).isZero();
        released.countDown();
    }

    private static PrometheusMeterRegistry prometheus() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    private double gauge(LoadlineMeter meter, String... tags) {
        Gauge gauge = registry.get(meter.meterName()).tags(tags).gauge();
        return gauge.value();
    }

    private double count(String route, String result) {
        return registry.get("loadline.requests")
                .tags("route", route, "result", result)
                .functionCounter()
                .count();
    }

    private static Map<String, Double> samples(PrometheusMeterRegistry prometheus) {
        return prometheus
                .scrape()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))));
    }
}
