/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyStatus.State;
import io.loadline.availability.FatalErrors;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.loadline.drain.TerminationSignal;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Outcome;
import io.loadline.limit.Permit;
import io.loadline.metrics.PoolSaturation;
import io.loadline.signal.OrcaFormat;
import io.loadline.signal.OrcaHeader;
import io.loadline.signal.Saturation;
import io.loadline.signal.SignalSnapshot;
import io.loadline.signal.Validity;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** All parts together, most of it with the real heartbeat and real sockets. */
class LoadlineTest {
    private final Set<Thread> threadsBefore =
            new HashSet<>(Thread.getAllStackTraces().keySet());
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    @Test
    void loadline_fromStartToStop_worksAndLeavesNothing() throws Exception {
        Loadline loadline = builder("shop").meterRegistry(registry).build().start();
        assertThat(status(loadline, "/livez")).isEqualTo(200);
        assertThat(status(loadline, "/readyz")).isEqualTo(503);

        assertThat(loadline.availability().ready("listens")).isTrue();
        assertThat(status(loadline, "/readyz")).isEqualTo(200);
        SignalSnapshot first = await(loadline, snapshot -> snapshot.validity() == Validity.VALID);
        assertThat(first.load()).isNotNegative();
        assertThat(body(loadline, "/loadline/load")).contains("\"validity\":\"VALID\"");
        assertThat(body(loadline, "/loadline")).contains("\"name\":\"shop\"", "\"state\":\"READY\"");
        assertThat(registry.find("loadline.load").gauge()).isNotNull();
        assertThat(loadline.status().state()).isEqualTo("READY");

        String page = loadline.limiter().call(() -> "page");
        assertThat(page).isEqualTo("page");
        Permit running = loadline.limiter().tryAcquire();
        assertThat(running).isNotNull();
        CountDownLatch quiescing = new CountDownLatch(1);
        loadline.drain().listen(phase -> {
            if (phase == DrainPhase.QUIESCING) {
                quiescing.countDown();
            }
        });
        var drained = loadline.drain().drainAsync("over", Settling.WAIT).toCompletableFuture();
        assertThat(status(loadline, "/readyz")).isEqualTo(503);
        assertThat(body(loadline, "/loadline/load")).contains("\"load\":null", "\"validity\":\"DRAINING\"");
        assertThat(registry.find("loadline.load").gauge()).isNull();
        assertThat(quiescing.await(10, TimeUnit.SECONDS)).isTrue();
        running.success();
        assertThat(drained.get(5, TimeUnit.SECONDS).outcome()).isEqualTo(DrainOutcome.IDLE);
        loadline.drain().closed();
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STOPPED);

        loadline.close();
        loadline.close();
        assertThat(registry.getMeters()).isEmpty();
        assertNoThreadIsLeft();
    }

    @Test
    void start_twice_startsOnce() throws Exception {
        Loadline loadline = builder("twice").build().start();
        int port = loadline.managementPort();

        assertThat(loadline.start()).isSameAs(loadline);
        assertThat(loadline.managementPort()).isEqualTo(port);
        assertThat(newThreads("loadline")).hasSize(1);
        loadline.close();
        assertNoThreadIsLeft();
    }

    @Test
    void start_afterClose_isRefused() {
        Loadline loadline = builder("closed").build();
        loadline.close();

        assertThatIllegalStateException()
                .isThrownBy(loadline::start)
                .withMessage("Loadline closed was closed; build another one");
    }

    @Test
    void start_atAPortThatIsTaken_leavesNothing() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Loadline.Builder builder =
                    builder("taken").managementPort(taken.getLocalPort()).meterRegistry(registry);

            assertThatIllegalStateException()
                    .isThrownBy(() -> builder.build().start())
                    .withMessageContaining("management port " + taken.getLocalPort());
        }
        assertThat(registry.getMeters()).isEmpty();
        assertNoThreadIsLeft();
    }

    @Test
    void twoLoadlines_inOneProcess_liveAndDieApart() throws Exception {
        SimpleMeterRegistry otherRegistry = new SimpleMeterRegistry();
        Loadline one = builder("one").meterRegistry(registry).build().start();
        Loadline two = builder("two").meterRegistry(otherRegistry).build().start();
        assertThat(one.managementPort()).isNotEqualTo(two.managementPort());
        assertThat(one.availability().ready("")).isTrue();
        assertThat(two.availability().ready("")).isTrue();

        one.close();

        assertThat(registry.getMeters()).isEmpty();
        assertThat(two.availability().state()).isEqualTo(ServiceState.READY);
        await(two, snapshot -> snapshot.validity() == Validity.VALID);
        assertThat(body(two, "/loadline/load")).contains("VALID");
        assertThat(otherRegistry.find("loadline.load").gauge()).isNotNull();
        two.close();
        assertNoThreadIsLeft();
    }

    @Test
    void management_withoutAPort_isOff() {
        Loadline loadline = Loadline.builder("silent").build().start();

        assertThat(loadline.managementPort()).isZero();
        loadline.close();
    }

    @Test
    void failures_beforeReady_sayNothingOfTheCapacity() {
        ManualTicker ticker = new ManualTicker();
        try (Loadline loadline = Loadline.builder("early").ticker(ticker).build()) {
            ConcurrencyLimiter limiter = loadline.limiter();
            assertThat(loadline.availability().warming("listens")).isTrue();
            drop(limiter, 12);
            assertThat(limiter.stats().ignored()).isEqualTo(12);
            assertThat(limiter.stats().dropped()).isZero();

            assertThat(loadline.availability().ready("warm")).isTrue();
            drop(limiter, 1);
            assertThat(limiter.stats().dropped()).isEqualTo(1);
        }
    }

    /** Its own reading of the registry would find the pool that was left out. */
    @Test
    void saturationOfPools_givenByTheApplication_isTheOnlyOneOfItsName() {
        ManualTicker ticker = new ManualTicker();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        registry.gauge("hikaricp.connections.active", Tags.of("pool", "reports"), 10);
        registry.gauge("hikaricp.connections.max", Tags.of("pool", "reports"), 10);
        registry.gauge("executor.active", Tags.of("name", "work"), 1);
        registry.gauge("executor.parallelism", Tags.of("name", "work"), 4);
        try (Loadline loadline = Loadline.builder("shop")
                .ticker(ticker)
                .meterRegistry(registry)
                .signal(signal -> signal.executor(Runnable::run)
                        .saturation(PoolSaturation.connections(() -> registry).except("reports")))
                .build()) {
            for (int beat = 0; beat < 20; beat++) {
                ticker.advance(Heartbeat.PERIOD);
                loadline.heartbeat().beat();
            }

            assertThat(loadline.status().saturations())
                    .doesNotContainKey("pool")
                    .containsEntry("executor", 0.25);
        }
    }

    @Test
    void features_goOffWithTheSignalsLoadAndAreTold() {
        ManualTicker ticker = new ManualTicker();
        try (Loadline loadline = Loadline.builder("shop")
                .ticker(ticker)
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10)))
                .signal(signal -> signal.executor(Runnable::run).saturation(Saturation.of("pool", () -> 0.97)))
                .degradation(
                        degradation -> degradation.feature("previews", 0.95).feature("export"))
                .build()) {
            assertThat(loadline.availability().ready("")).isTrue();
            assertThat(loadline.degradation().allows("previews")).isTrue();
            for (int beat = 0; beat < 20; beat++) {
                ticker.advance(Heartbeat.PERIOD);
                loadline.heartbeat().beat();
            }
            assertThat(loadline.degradation().allows("previews")).isFalse();
            assertThat(loadline.degradation().allows("export")).isTrue();
            assertThat(loadline.status().explanation())
                    .endsWith("Degradation, level 1 of 1: previews is off (load 0.97 above 0.95).");
            assertThat(loadline.status().toJson())
                    .contains("\"degradation\":{\"level\":1,\"levels\":1,\"features\":[{\"name\":\"previews\"")
                    .endsWith("\"intake\":null}");
        }
    }

    @Test
    void intake_isToldOfIfAnybodyAsks() {
        try (Loadline loadline =
                Loadline.builder("shop").ticker(new ManualTicker()).build()) {
            assertThat(loadline.status().intake()).isNull();
            assertThat(loadline.intake().isOpen()).isTrue();
            assertThat(loadline.status().toJson()).contains("\"intake\":{\"open\":true,\"reason\":\"none\"");
            loadline.availability().draining("test");
            assertThat(loadline.status().toJson()).contains("\"intake\":{\"open\":false,\"reason\":\"leaving\"");
            assertThat(loadline.status().explanation()).contains("No messages are fetched since ");
        }
    }

    private static void drop(ConcurrencyLimiter limiter, int calls) {
        for (int call = 0; call < calls; call++) {
            Permit permit = limiter.tryAcquire();
            assertThat(permit).isNotNull();
            permit.end(Outcome.DROPPED);
        }
    }

    @Test
    void orca_tellsOfTheWholeService() {
        ManualTicker ticker = new ManualTicker();
        Loadline loadline = Loadline.builder("shop")
                .ticker(ticker)
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10)))
                .signal(signal -> signal.executor(Runnable::run))
                .orca(orca -> orca.always(OrcaFormat.TEXT).namedMetric("jobs", () -> 3))
                .build();
        assertThat(loadline.availability().ready("arranged")).isTrue();
        for (int beats = 0; beats < 20; beats++) {
            ticker.advance(Heartbeat.PERIOD);
            loadline.heartbeat().beat();
        }
        OrcaHeader load = loadline.orca().header(null);
        assertThat(load).isNotNull();
        assertThat(load.value())
                .startsWith("TEXT application_utilization:")
                .contains(
                        ",cpu_utilization:",
                        ",rps_fractional:0,",
                        ",named_metrics.jobs:3,",
                        ",named_metrics.limit:10,");
        boolean limited = loadline.memory().snapshot().reading().limitBytes().isPresent();
        assertThat(load.value().contains(",mem_utilization:")).isEqualTo(limited);
        loadline.close();
    }

    @Test
    void close_withoutADrain_leavesNoLoadBehind() {
        ManualTicker ticker = new ManualTicker();
        Loadline loadline = Loadline.builder("left")
                .ticker(ticker)
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10)))
                .build();
        assertThat(loadline.availability().ready("")).isTrue();
        // What there is to be read of the process is found out at the first beat.
        loadline.heartbeat().beat();
        ticker.advance(Duration.ofSeconds(1));
        loadline.heartbeat().beat();
        assertThat(loadline.status().load()).isNotNull();

        loadline.close();

        assertThat(loadline.status().load()).isNull();
        assertThat(loadline.status().validity()).isEqualTo("NO_DATA");
    }

    @Test
    void drainOn_whenTheSignalComes_drainsThenClosesTheServerThenItself() {
        HandSignal signal = new HandSignal();
        List<String> order = new ArrayList<>();
        Loadline loadline = builder("signalled").build();
        assertThat(loadline.availability().ready("")).isTrue();
        loadline.drain().listen(phase -> order.add(phase.name()));
        loadline.drainOn(
                signal,
                () -> order.add("server closed in " + loadline.availability().state()));

        // It was never started: the signal came too early for that.
        signal.come();

        assertThat(order)
                .containsExactly("ANNOUNCING", "SETTLING", "QUIESCING", "CLOSING", "server closed in DRAINING", "DONE");
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STOPPED);
        assertThat(loadline.availability().lastChange().reason()).isEqualTo("server closed");
        assertThatIllegalStateException().isThrownBy(loadline::start);
    }

    @Test
    void drainOn_whenTheServerFailsToClose_closesItselfAllTheSame() {
        HandSignal signal = new HandSignal();
        Loadline loadline = builder("failing").meterRegistry(registry).build().start();
        loadline.drainOn(signal, () -> {
            throw new IllegalStateException("mine");
        });

        assertThatThrownBy(signal::come).hasMessage("mine");

        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STOPPED);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void drainOn_whenClosedBefore_doesNotWait() {
        HandSignal signal = new HandSignal();
        List<DrainResult> results = new ArrayList<>();
        Loadline loadline = builder("gone").build().start();
        loadline.drainOn(signal, () -> results.add(loadline.drain().drain("again", Settling.WAIT)));
        loadline.close();

        signal.come();

        assertThat(results).singleElement().matches(result -> result.outcome() == DrainOutcome.ABORTED);
    }

    @Test
    void dependency_holdsReadinessUntilItAnswers() throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        Loadline loadline = builder("shop")
                .dependency(DependencyCheck.builder("db", () -> there.await(5, TimeUnit.SECONDS))
                        .timeout(Duration.ofSeconds(5))
                        .build())
                .build()
                .start();
        assertThat(loadline.availability().ready("listens")).isTrue();
        assertThat(status(loadline, "/readyz")).isEqualTo(503);
        assertThat(body(loadline, "/loadline"))
                .contains("\"readinessHeld\":[\"dependency 'db' has not answered yet\"]");
        assertThat(status(loadline, "/livez")).isEqualTo(200);
        there.countDown();
        CountDownLatch released = new CountDownLatch(1);
        loadline.heartbeat().listen(beat -> {
            if (loadline.availability().readinessHolds().isEmpty()) {
                released.countDown();
            }
        });
        assertThat(released.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(status(loadline, "/readyz")).isEqualTo(200);
        assertThat(loadline.dependencies().statuses()).singleElement().matches(db -> db.state() == State.UP);
        loadline.close();
        assertNoThreadIsLeft();
    }

    @Test
    void drainParticipant_isDrainedWithTheService() {
        List<String> order = new CopyOnWriteArrayList<>();
        HandSignal signal = new HandSignal();
        Loadline loadline = builder("consuming")
                .drainParticipant(new DrainParticipant() {
                    @Override
                    public String name() {
                        return "consumer";
                    }

                    @Override
                    public void prepare() {
                        order.add("prepared");
                    }

                    @Override
                    public void drain(Duration timeLeft) {
                        order.add("drained");
                    }
                })
                .build();
        assertThat(loadline.availability().ready("")).isTrue();
        loadline.drainOn(signal, () -> order.add("server closed"));
        signal.come();

        assertThat(order).containsExactly("prepared", "drained", "server closed");
    }

    /** Time by hand shows that every part reads the same clock and hangs on the same heartbeat. */
    @Test
    void parts_areDrivenByOneHeartbeat() {
        ManualTicker ticker = new ManualTicker();
        Loadline loadline = Loadline.builder("manual")
                .ticker(ticker)
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(2)))
                .build();
        assertThat(loadline.availability().ready("")).isTrue();
        List<Permit> permits = new ArrayList<>();
        for (int beat = 0; beat < 400; beat++) {
            permits.forEach(Permit::success);
            permits.clear();
            for (int call = 0; call < 4; call++) {
                Permit permit = loadline.limiter().tryAcquire();
                if (permit != null) {
                    permits.add(permit);
                }
            }
            ticker.advance(Heartbeat.PERIOD);
            loadline.heartbeat().beat();
        }

        assertThat(loadline.limiter().otherRoute().baseline()).isEqualTo(Heartbeat.PERIOD);
        assertThat(loadline.signal().snapshot().capacity()).isBetween(1.9, 2.1);
        assertThat(loadline.signal().snapshot().load()).isBetween(1.9, 2.1);
        loadline.close();
    }

    @Test
    void builder_nonsense_isRefusedWithTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loadline.builder(" "))
                .withMessage("name must not be blank: ' '");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loadline.builder("shop").managementPort(65_536))
                .withMessage("managementPort must be between 0 and 65535: 65536");
        DependencyCheck db = DependencyCheck.builder("db", () -> true).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loadline.builder("shop").dependency(db).dependency(db))
                .withMessage("there is a dependency of this name already: 'db'");
    }

    @Test
    void memory_isWatchedAndToldEverywhere() throws Exception {
        Loadline loadline = builder("watched")
                .meterRegistry(registry)
                .memory(memory -> memory.window(Duration.ofMinutes(5)))
                .advice(advice -> advice.requestBytes(1_000_000))
                .build()
                .start();

        assertThat(body(loadline, "/loadline/memory")).contains("\"state\":\"WARMING\"", "\"heapUsedBytes\":");
        assertThat(body(loadline, "/loadline/advice")).contains("\"confidence\":\"NONE\"", "\"checklist\":[{");
        HttpResponse<String> yaml = get(loadline, "/loadline/advice.yaml");
        assertThat(yaml.body()).startsWith("# Memory advice of Loadline for watched, confidence NONE\n");
        assertThat(yaml.headers().firstValue("Content-Type")).hasValue("application/yaml");
        assertThat(loadline.managementEndpoints().paths())
                .contains("/livez", "/loadline/load", "/loadline/memory", "/loadline/advice", "/loadline/advice.yaml");
        assertThat(registry.find("loadline.memory.footprint").gauge()).isNotNull();
        assertThat(loadline.memory().snapshot().reading().heapUsedBytes()).isPositive();
        loadline.close();
    }

    @Test
    void error_thatNoJvmRecoversFrom_breaksTheService() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Loadline loadline = builder("broken").build().start();
        assertThat(loadline.availability().ready("")).isTrue();
        assertThatThrownBy(() -> loadline.limiter().call(() -> {
                    throw new StackOverflowError("of one call");
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(status(loadline, "/livez")).isEqualTo(200);

        assertThatThrownBy(() -> loadline.limiter().call(() -> {
                    throw new OutOfMemoryError("Java heap space");
                }))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(status(loadline, "/livez")).isEqualTo(503);
        assertThat(loadline.fatalErrors().count()).isEqualTo(1);
        loadline.close();
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(before);
    }

    @Test
    void error_byThePolicyReport_leavesTheServiceAlive() throws Exception {
        Loadline loadline = builder("reporting")
                .fatalErrors(FatalErrors.Policy.REPORT)
                .build()
                .start();
        assertThatThrownBy(() -> loadline.limiter().call(() -> {
                    throw new InternalError("mine");
                }))
                .isInstanceOf(InternalError.class);

        assertThat(loadline.fatalErrors().count()).isEqualTo(1);
        assertThat(status(loadline, "/livez")).isEqualTo(200);
        loadline.close();
    }

    private static Loadline.Builder builder(String name) {
        return Loadline.builder(name)
                .managementPort(0)
                .managementHost("127.0.0.1")
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10))) // warm at once
                .drain(drain -> drain.quiet(Duration.ofMillis(100)).settleMax(Duration.ofMillis(500)));
    }

    private int status(Loadline loadline, String path) throws Exception {
        return get(loadline, path).statusCode();
    }

    private String body(Loadline loadline, String path) throws Exception {
        return get(loadline, path).body();
    }

    private HttpResponse<String> get(Loadline loadline, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + loadline.managementPort() + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    @CanIgnoreReturnValue
    private static SignalSnapshot await(Loadline loadline, Predicate<SignalSnapshot> wanted)
            throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(1);
        try (var registration = loadline.signal().listen(snapshot -> {
            if (wanted.test(snapshot)) {
                seen.countDown();
            }
        })) {
            assertThat(wanted.test(loadline.signal().snapshot()) || seen.await(10, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(registration).isNotNull();
        }
        return loadline.signal().snapshot();
    }

    private List<Thread> newThreads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }

    private void assertNoThreadIsLeft() throws InterruptedException {
        for (String name : List.of("loadline", "loadline-management", "HTTP-Dispatcher")) {
            for (Thread thread : newThreads(name)) {
                thread.join(5_000);
                assertThat(thread.isAlive()).as(name).isFalse();
            }
        }
    }

    /** A termination that comes when the test wants it to. */
    private static final class HandSignal implements TerminationSignal {
        private Runnable action = () -> {
            throw new AssertionError("nobody listens");
        };

        @Override
        public void onTermination(Runnable whatToDo) {
            action = whatToDo;
        }

        void come() {
            action.run();
        }
    }
}
