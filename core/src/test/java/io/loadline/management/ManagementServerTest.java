/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.DegradationStatus;
import io.loadline.limit.SloCounts;
import io.loadline.signal.Backlog;
import io.loadline.signal.QueueSnapshot;
import io.loadline.signal.SimulatedService;
import io.loadline.signal.Workload;
import io.loadline.signal.WorkloadSnapshot;
import io.loadline.startup.Readings;
import io.loadline.startup.StageTier;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import io.loadline.time.Registration;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ManagementServerTest {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTicker queueTicker = new ManualTicker();
    private final AtomicLong done = new AtomicLong();
    private final SimulatedService service = new SimulatedService(
            limiter -> limiter.slo(Duration.ofMillis(150)),
            signal -> signal.forecast(Duration.ofSeconds(30))
                    .saturation(Backlog.of(
                            "mails",
                            MINUTE,
                            () -> new Backlog.Counts(1_000, 0.5, done.addAndGet(100), 0),
                            queueTicker)));
    private final Set<Thread> threadsBefore =
            new HashSet<>(Thread.getAllStackTraces().keySet());
    private final Startup startup = Startup.builder(
                    StartupPlan.builder()
                            .stage("prices \"A\"", stage -> {
                                throw new IOException("no route\n");
                            })
                            .stage(StartupStage.builder("suggestions", stage -> {})
                                    .tier(StageTier.BACKGROUND)
                                    .build())
                            .build(),
                    service.availability,
                    Readings::unknown)
            .build();
    private final ManagementServer server = ManagementServer.start("127.0.0.1", 0, endpoints());

    private ManagementEndpoints endpoints() {
        DrainCoordinator drain = DrainCoordinator.builder(service.availability, service.limiter, service.heartbeat)
                .build();
        DependencyChecks dependencies = DependencyChecks.create(
                List.of(DependencyCheck.builder("stock \"db\"", () -> true)
                        .effect(DependencyCheck.Effect.REPORT)
                        .build()),
                service.availability,
                service.heartbeat);
        Supplier<LoadlineStatus> status = () -> LoadlineStatus.of(
                "shop",
                service.signal.snapshot(),
                service.availability.readinessHolds(),
                drain.progress(),
                dependencies.statuses(),
                List.of(),
                List.of(),
                DegradationStatus.NONE,
                null);
        return new ManagementEndpoints(
                        service.availability,
                        () -> status.get().toJson(),
                        () -> status.get().loadJson())
                .read(
                        "/loadline/startup",
                        "application/json",
                        () -> StartupStatus.of(startup.report()).toJson());
    }

    @AfterEach
    void close() {
        startup.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "STARTING, 200, 503, 503",
        "WARMING, 200, 503, 200",
        "READY, 200, 200, 200",
        "DRAINING, 200, 503, 200",
        "STOPPED, 200, 503, 200",
        "BROKEN, 503, 503, 503"
    })
    void probes_inEachState_answerWhatThePlatformShouldDo(ServiceState state, int livez, int readyz, int startupz)
            throws Exception {
        enter(state);

        assertProbe("/livez", livez, state);
        assertProbe("/readyz", readyz, state);
        assertProbe("/startupz", startupz, state);
        assertThat(get("/loadline").statusCode()).isEqualTo(200);
        assertThat(json("/loadline").get("state").asString()).isEqualTo(state.name());
        assertThat(get("/loadline/load").statusCode()).isEqualTo(200);
        assertThat(json("/loadline/load").get("load").isNull()).isTrue();
    }

    private void assertProbe(String path, int status, ServiceState state) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(status);
        JsonNode body = JSON.readTree(response.body());
        assertThat(body.propertyNames()).containsExactly("status", "state");
        assertThat(body.get("status").asString()).isEqualTo(status == 200 ? "UP" : "OUT_OF_SERVICE");
        assertThat(body.get("state").asString()).isEqualTo(state.name());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        HttpResponse<String> head = send(request(path).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).as("HEAD " + path).isEqualTo(status);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void load_whenValid_isANumberAndItsPercentage() throws Exception {
        enter(ServiceState.READY);
        service.offer(300, Duration.ofSeconds(30));
        JsonNode load = json("/loadline/load");

        assertThat(load.propertyNames()).containsExactly("load", "load_percent", "validity");
        assertThat(load.get("load").doubleValue()).isEqualTo(service.load());
        assertThat(load.get("load_percent").doubleValue()).isEqualTo(100 * service.load());
        assertThat(load.get("validity").asString()).isEqualTo("VALID");
    }

    @Test
    void load_whenNotValid_isThereAndNull() throws Exception {
        enter(ServiceState.READY);
        service.offer(50, Duration.ofSeconds(3));
        enter(ServiceState.DRAINING);
        JsonNode load = json("/loadline/load");

        assertThat(load.propertyNames()).containsExactly("load", "load_percent", "validity");
        assertThat(load.get("load").isNull()).isTrue();
        assertThat(load.get("load_percent").isNull()).isTrue();
        assertThat(load.get("validity").asString()).isEqualTo("DRAINING");
    }

    @Test
    void status_hasTheMembersOfItsRecordAndTheValuesOfTheSnapshot() throws Exception {
        enter(ServiceState.READY);
        service.offer(300, Duration.ofSeconds(30));
        JsonNode status = json("/loadline");

        assertThat(status.propertyNames())
                .containsExactlyElementsOf(Arrays.stream(LoadlineStatus.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
        assertThat(status.get("name").asString()).isEqualTo("shop");
        assertThat(status.get("reason").asString()).isEqualTo("to \"READY\"\n\u2028");
        assertThat(status.get("since").asString()).isEqualTo("2026-11-01T12:00:00Z");
        assertThat(status.get("load").doubleValue()).isEqualTo(service.load());
        assertThat(status.get("loadPercent").doubleValue()).isEqualTo(100 * service.load());
        assertThat(status.get("capacity").doubleValue())
                .isEqualTo(service.signal.snapshot().capacity());
        assertThat(status.get("limit").intValue()).isEqualTo(10);
        assertThat(status.get("inFlight").intValue()).isEqualTo(10);
        assertThat(status.get("enforcing").booleanValue()).isTrue();
        assertThat(status.get("admitted").longValue())
                .isEqualTo(service.signal.snapshot().stats().completed());
        assertThat(status.get("shed").longValue())
                .isEqualTo(service.signal.snapshot().stats().shed());
        assertThat(status.get("saturations").get("workers").doubleValue()).isEqualTo(0.3);
        assertThat(status.get("saturationDetails").get("io").asString()).isEqualTo("the kernel tells no pressure");
        assertThat(status.get("bottleneck").asString()).isEqualTo("limit");
        assertThat(status.get("bottleneckSince").asString())
                .isEqualTo(service.signal.snapshot().bottleneckSince().toString());
        assertThat(status.get("process").get("gcShare").doubleValue()).isZero();
        assertThat(status.get("repeated").longValue()).isZero();
        SloCounts counts = service.signal.snapshot().slo().counts();
        assertThat(status.get("slo").toString())
                .isEqualTo("{\"latencySeconds\":0.15,\"objective\":0.999,\"good\":" + counts.good() + ",\"bad\":"
                        + counts.bad() + ",\"burnRates\":{\"5m\":null,\"30m\":null,\"1h\":null,\"6h\":null}}");
        assertThat(status.get("forecast").toString())
                .isEqualTo("{\"horizonSeconds\":30.0,\"load\":" + service.load()
                        + ",\"speaks\":false,\"error\":null,\"persistenceError\":null}");
        assertThat(status.get("process").get("allocationRate").isNull()).isTrue();
        assertThat(status.get("explanation").asString())
                .isEqualTo(service.signal.snapshot().explanation());
    }

    @Test
    void status_hasTheKindsOfWork() throws Exception {
        enter(ServiceState.READY);
        service.offer(Map.of("GET /orders", 50.0), Duration.ofSeconds(3));
        WorkloadSnapshot read = service.signal.snapshot().workloads().get(Workload.READ);
        assertThat(read.demand()).isPositive();
        assertThat(json("/loadline").get("workloads").get("read").toString())
                .isEqualTo("{\"routes\":1,\"demand\":" + read.demand() + ",\"load\":null,\"scaling\":true,\"admitted\":"
                        + read.stats().completed() + ",\"shed\":0}");
    }

    @Test
    void status_hasTheQueues_asFarAsTheyAreKnown() throws Exception {
        enter(ServiceState.READY);
        service.offer(50, Duration.ofSeconds(3));
        assertThat(json("/loadline").get("queues").toString())
                .isEqualTo("[{\"name\":\"mails\",\"objectiveSeconds\":60.0,\"depth\":500.0,\"arrivalRate\":null,"
                        + "\"sustainedRate\":null,\"clearSeconds\":null,\"load\":null}]");

        Registration unused = service.heartbeat.listen(beat -> queueTicker.advance(Heartbeat.PERIOD));
        service.offer(50, MINUTE);
        QueueSnapshot queue = service.signal.snapshot().queues().get(0);
        assertThat(queue.load()).isCloseTo(1 + 10.0 / 60, within(0.05));
        assertThat(json("/loadline").get("queues").toString())
                .isEqualTo("[{\"name\":\"mails\",\"objectiveSeconds\":60.0,\"depth\":500.0,\"arrivalRate\":"
                        + queue.arrivalRate() + ",\"sustainedRate\":" + queue.sustainedRate() + ",\"clearSeconds\":"
                        + queue.clearSeconds() + ",\"load\":" + queue.load() + "}]");
    }

    @Test
    void startup_beforeTheBeginning_hasItsStagesAndNoFigures() throws Exception {
        JsonNode status = json("/loadline/startup");

        assertThat(status.propertyNames())
                .containsExactlyElementsOf(Arrays.stream(StartupStatus.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
        assertThat(status.get("begun").booleanValue()).isFalse();
        assertThat(status.get("readyAfterSeconds").isNull()).isTrue();
        assertThat(status.get("processPeakBytes").isNull()).isTrue();
        assertThat(status.get("stages").get(1).get("name").asString()).isEqualTo("suggestions");
        assertThat(status.get("stages").get(1).get("tier").asString()).isEqualTo("BACKGROUND");
        assertThat(status.get("stages").get(1).get("outcome").asString()).isEqualTo("PENDING");
    }

    @Test
    void startup_thatHasFailed_saysWhy() throws Exception {
        startup.begin("listens");
        assertThat(startup.awaitEnd(Duration.ofSeconds(10))).isTrue();
        JsonNode stage = json("/loadline/startup").get("stages").get(0);

        assertThat(stage.propertyNames())
                .containsExactlyElementsOf(Arrays.stream(StartupStatus.Stage.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
        assertThat(stage.get("name").asString()).isEqualTo("prices \"A\"");
        assertThat(stage.get("outcome").asString()).isEqualTo("FAILED");
        assertThat(stage.get("failure").asString()).isEqualTo("java.io.IOException: no route\n");
        assertThat(stage.get("memoryDeltaBytes").isNull()).isTrue();
        assertThat(get("/livez").statusCode()).isEqualTo(503);
    }

    @Test
    void status_tellsTheDrainTheDependenciesAndWhyReadinessIsHeld() throws Exception {
        enter(ServiceState.READY);
        Registration hold = service.availability.holdReadiness("dependency 'db' is down");
        JsonNode status = json("/loadline");

        assertThat(status.get("drain").toString())
                .isEqualTo("{\"phase\":\"NONE\",\"participants\":0,\"longLived\":0,\"refused\":0,"
                        + "\"remainingSeconds\":0.0}");
        assertThat(status.get("dependencies").toString())
                .isEqualTo("[{\"name\":\"stock \\\"db\\\"\",\"state\":\"UNKNOWN\",\"effect\":\"REPORT\","
                        + "\"holding\":false,\"failures\":0,\"lastMillis\":null,\"lastFailure\":null}]");
        assertThat(status.get("readinessHeld").get(0).asString()).isEqualTo("dependency 'db' is down");
        assertThat(status.get("explanation").asString()).endsWith(" Readiness is held: dependency 'db' is down.");

        HttpResponse<String> probe = send(request("/readyz").GET());
        assertThat(probe.statusCode()).isEqualTo(503);
        assertThat(JSON.readTree(probe.body()).get("held").get(0).asString()).isEqualTo("dependency 'db' is down");
        assertThat(send(request("/livez").GET()).statusCode()).isEqualTo(200);
        hold.close();
        assertThat(send(request("/readyz").GET()).body()).isEqualTo("{\"status\":\"UP\",\"state\":\"READY\"}");
    }

    @Test
    void status_beforeTheFirstSaturation_hasNoCapacity() throws Exception {
        assertThat(json("/loadline").get("capacity").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void request_thatIsNoRead_isRefused(String method) throws Exception {
        for (String path : ManagementEndpoints.PATHS) {
            HttpResponse<String> response = send(request(path).method(method, BodyPublishers.ofString("{}")));
            assertThat(response.statusCode()).as(method + " " + path).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/unknown", "/livezz", "/livez/", "/LIVEZ", "/loadline/", "/loadline/x", "/loadline/load/x"
            })
    void request_forAnotherPath_isNotFound(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void request_withAQuery_isAnswered() throws Exception {
        assertThat(get("/livez?verbose=1").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//livez", "/livez/../livez", "/%6civez%00", "*", "http://[", "/\u00ff"})
    void request_thatIsOdd_harmsNobody(String path) throws Exception {
        try (RawConnection odd = new RawConnection(server.port())) {
            odd.get(path);
            assertThat(get("/livez").statusCode()).isEqualTo(200);
        }
    }

    /** Some clients send half a request and wait, one reads nothing: the kubelet must not kill the process for them. */
    @Test
    void probe_besideSlowClients_isAnswered() throws Exception {
        List<RawConnection> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                slow.add(new RawConnection(server.port()).send("GET /loadline HTTP/1.1\r\nHost: loc"));
            }
            slow.add(new RawConnection(server.port()).get("/loadline").get("/loadline"));

            assertThat(get("/livez").statusCode()).isEqualTo(200);
        } finally {
            for (RawConnection each : slow) {
                each.close();
            }
        }
    }

    @Test
    void threads_areDaemons() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeAll(threadsBefore);

        assertThat(threads)
                .filteredOn(thread -> thread.getName().equals("HTTP-Dispatcher"))
                .hasSize(1);
        assertThat(threads)
                .filteredOn(thread -> !thread.getName().startsWith("HttpClient"))
                .allMatch(Thread::isDaemon);
    }

    @Test
    void start_atAPortThatIsTaken_saysSo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> ManagementServer.start("127.0.0.1", taken.getLocalPort(), endpoints()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            "management port " + taken.getLocalPort() + " on 127.0.0.1 cannot be used (")
                    .hasMessageEndingWith("; choose another one, or 0 for any that is free")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void start_withNonsense_isRefusedWithTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ManagementServer.start("127.0.0.1", 65_536, endpoints()))
                .withMessage("management port must be between 0 and 65535: 65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ManagementServer.start("127.0.0.1", -1, endpoints()))
                .withMessage("management port must be between 0 and 65535: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ManagementServer.start("no-such-host.invalid", 0, endpoints()))
                .withMessage("management host cannot be resolved: no-such-host.invalid");
    }

    @Test
    void close_freesThePort() {
        int port = server.port();
        server.close();
        server.close();

        assertThatThrownBy(() -> new RawConnection(port)).isInstanceOf(ConnectException.class);
    }

    private void enter(ServiceState state) {
        String reason = "to \"" + state + "\"\n\u2028";
        boolean unused = switch (state) {
            case STARTING -> true;
            case WARMING -> service.availability.warming(reason);
            case READY -> {
                // Nobody becomes ready past stages that have not begun.
                startup.plan(StartupPlan.empty());
                yield service.availability.ready(reason);
            }
            case DRAINING -> service.availability.draining(reason);
            case STOPPED -> service.availability.stopped(reason);
            case BROKEN -> service.availability.broken(reason);
        };
        assertThat(service.availability.state()).isEqualTo(state);
    }

    private JsonNode json(String path) throws Exception {
        return JSON.readTree(get(path).body());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(5));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }
}
