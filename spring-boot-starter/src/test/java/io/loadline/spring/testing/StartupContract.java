/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.spring.testing.StagedApplication.Prices;
import io.loadline.startup.Deferred;
import io.loadline.startup.StageOutcome;
import io.loadline.startup.StageReport;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupStage;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** How stages of the start run behind a server that listens, on every server. */
public abstract class StartupContract {
    /** What else this machine does is nothing to wait for. */
    private static final List<String> QUICK =
            List.of("loadline.startup.gate.max-wait=0s", "loadline.startup.settle=0s");

    private final Server server;
    private final String gate = Gate.newName();

    protected StartupContract(Server server) {
        this.server = server;
    }

    @Test
    void readiness_whileACriticalStageRuns_isHeld() {
        try (Service service = start(StagedApplication.class)) {
            int port = service.port();
            Gate.of(gate).awaitArrival();
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(503);
            assertThat(Wire.get(port, "/livez").status()).isEqualTo(200);
            assertThat(Wire.get(port, "/startupz").status()).isEqualTo(200);
            assertThat(service.loadline().availability().state()).isEqualTo(ServiceState.WARMING);
            assertThat(only(service).outcome()).isEqualTo(StageOutcome.RUNNING);
            for (String path : List.of("/loadline/startup", "/actuator/loadline/startup")) {
                Answer report = Wire.get(port, path);
                assertThat(report.status()).isEqualTo(200);
                assertThat(report.header("content-type")).isEqualTo("application/json");
                assertThat(report.body()).contains("\"name\":\"prices\"", "\"outcome\":\"RUNNING\"");
            }
            assertThat(Wire.get(port, "/actuator/loadline/other").status()).isEqualTo(404);
            // Boot's own endpoint of that name is left alone.
            assertThat(Wire.get(port, "/actuator/startup").body()).doesNotContain("prices");

            Gate.of(gate).open();
            await().untilAsserted(
                            () -> assertThat(Wire.get(port, "/readyz").status()).isEqualTo(200));
            assertThat(Wire.get(port, "/price").body()).isEqualTo("42");
            assertThat(only(service).outcome()).isEqualTo(StageOutcome.DONE);
        }
    }

    @RepeatedTest(3)
    void start_underAProber_neverAnswersWithoutTheStagesProduct() throws Exception {
        try (Prober prober = new Prober(gate);
                Service service = start(StagedApplication.class)) {
            Gate.of(gate).awaitArrival();
            prober.awaitNotReady();
            Gate.of(gate).open();
            prober.awaitReady();
            assertThat(prober.wrong).hasValue(0);
            assertThat(prober.flaps).hasValue(0);
            assertThat(service.loadline().availability().state()).isEqualTo(ServiceState.READY);
        }
    }

    @Test
    void close_whileAStageRuns_cancelsIt() {
        Service service = start(StagedApplication.class);
        Loadline loadline = service.loadline();
        Gate.of(gate).awaitArrival();
        service.close();
        assertThat(loadline.availability().state()).isEqualTo(ServiceState.STOPPED);
        assertThat(loadline.startup().report().stages())
                .extracting(StageReport::outcome)
                .containsExactly(StageOutcome.CANCELLED);
    }

    @Test
    void stages_ofAllKinds_runInOrder() {
        Gate.of(gate).open();
        try (Service service = start(MixedApplication.class)) {
            await().untilAsserted(() ->
                    assertThat(service.loadline().availability().state()).isEqualTo(ServiceState.READY));
            // What is not needed to be ready waits for memory as long as it takes, and this machine may be short of it.
            assertThat(service.loadline().startup().report().stages())
                    .extracting(
                            StageReport::name,
                            StageReport::tier,
                            stage -> stage.tier() == StageTier.BACKGROUND || stage.outcome() == StageOutcome.DONE)
                    .containsExactly(
                            tuple("first", StageTier.CRITICAL, true),
                            tuple("prices", StageTier.CRITICAL, true),
                            tuple("value", StageTier.BACKGROUND, true));
        }
    }

    @Test
    void stageThatFails_breaksTheService() {
        try (Service service = start(FailingApplication.class)) {
            int port = service.port();
            await().untilAsserted(
                            () -> assertThat(Wire.get(port, "/livez").status()).isEqualTo(503));
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(503);
            assertThat(service.loadline().availability().lastChange().reason()).contains("'broken'", "on purpose");
        }
    }

    @Test
    void warmUp_callsTheServiceBeforeItIsReady() {
        Gate.of(gate).open();
        try (Service service = start(
                StagedApplication.class,
                "loadline.startup.warm-up.paths=/price,/orders/1,/mistyped",
                "loadline.startup.warm-up.max-calls=40")) {
            int port = service.port();
            await().untilAsserted(
                            () -> assertThat(Wire.get(port, "/readyz").status()).isEqualTo(200));
            assertThat(service.loadline().startup().report().stages())
                    .extracting(StageReport::name)
                    .containsExactly("prices", "warm-up");
            assertThat(service.loadline().startup().report().warnings())
                    .contains("stage 'warm-up': warm-up of GET /mistyped: 20 of 20 calls failed");
            assertThat(service.bean(Prices.class).served()).isGreaterThanOrEqualTo(20);
            // They are no load.
            assertThat(service.stats().completed()).isZero();
        }
    }

    @Test
    void sigterm_whileAStageRuns_endsTheProcessAtOnce() {
        assertThat(terminated("sleeping")).contains("stuckApplication.load  CRITICAL    CANCELLED");
        assertThat(terminated("deaf")).contains("stage 'stuckApplication.load' goes on although it was cancelled");
    }

    private String terminated(String stage) {
        try (ServiceProcess process = ServiceProcess.start(server, StuckApplication.class, "--test.stage=" + stage)) {
            assertThat(Wire.get(process.port(), "/readyz").status()).isEqualTo(503);
            long begun = System.nanoTime();
            process.terminate();
            assertThat(process.exitCode()).isEqualTo(143);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
            assertThat(process.output()).contains("WARMING -> DRAINING", "DRAINING -> STOPPED");
            return process.output();
        }
    }

    @Test
    void dependency_thatIsNotThere_holdsReadiness() {
        DependentApplication.UP.set(0);
        try (Service service = start(DependentApplication.class, "loadline.startup.dependencies=shelf,rack")) {
            int port = service.port();
            await().untilAsserted(() ->
                    assertThat(service.loadline().availability().state()).isEqualTo(ServiceState.READY));
            assertThat(Wire.get(port, "/readyz").status()).isEqualTo(503);
            assertThat(Wire.get(port, "/livez").status()).isEqualTo(200);
            DependentApplication.UP.set(1);
            await().untilAsserted(
                            () -> assertThat(Wire.get(port, "/readyz").status()).isEqualTo(200));
        }
    }

    @Test
    void dependency_thatNobodyKnows_stopsTheStart() {
        assertThatThrownBy(() -> start(HeldApplication.class, "loadline.startup.dependencies=shelf"))
                .hasMessageContaining("loadline.startup.dependencies = shelf")
                .hasMessageContaining("each is the name of a health contributor, and there are");
    }

    private Service start(Class<?> application, String... properties) {
        String[] all = new String[properties.length + QUICK.size() + 1];
        System.arraycopy(properties, 0, all, 0, properties.length);
        for (int i = 0; i < QUICK.size(); i++) {
            all[properties.length + i] = QUICK.get(i);
        }
        all[all.length - 1] = "test.gate=" + gate;
        return Service.start(application, server, all);
    }

    private static StageReport only(Service service) {
        List<StageReport> stages = service.loadline().startup().report().stages();
        assertThat(stages).hasSize(1);
        return stages.get(0);
    }

    /** Asks whether the service is ready every 50 ms, and for a price when it is said to be. */
    private static final class Prober implements AutoCloseable {
        private static final int ENOUGH = 10;

        final AtomicInteger wrong = new AtomicInteger();
        final AtomicInteger flaps = new AtomicInteger();
        private final CountDownLatch notReady = new CountDownLatch(3);
        private final CountDownLatch ready = new CountDownLatch(ENOUGH);
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

        Prober(String gate) {
            CompletableFuture<Integer> port = StagedApplication.port(gate);
            var unused =
                    timer.scheduleAtFixedRate(() -> port.thenAccept(this::probe).join(), 0, 50, TimeUnit.MILLISECONDS);
        }

        private void probe(int port) {
            try {
                if (Wire.get(port, "/readyz").status() == 200) {
                    boolean right = Wire.get(port, "/price").body().equals("42");
                    wrong.addAndGet(right ? 0 : 1);
                    ready.countDown();
                } else {
                    flaps.addAndGet(ready.getCount() == ENOUGH ? 0 : 1);
                    notReady.countDown();
                }
            } catch (RuntimeException e) {
                wrong.incrementAndGet();
            }
        }

        void awaitNotReady() throws InterruptedException {
            assertThat(notReady.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void awaitReady() throws InterruptedException {
            assertThat(ready.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() {
            timer.shutdownNow();
        }
    }

    /** Has stages as beans, as a method and as a deferred value. */
    @Configuration(proxyBeanMethods = false)
    @Import(StagedApplication.class)
    static class MixedApplication {
        @Bean
        StartupStage first() {
            return StartupStage.builder("first", stage -> {}).build();
        }

        @Bean
        Deferred<String> value() {
            return Deferred.builder("value", () -> "made")
                    .when(Deferred.When.READY)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(HeldApplication.class)
    static class FailingApplication {
        @Bean
        StartupStage broken() {
            return StartupStage.builder("broken", stage -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .build();
        }
    }
}
