/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start that goes as it should, and stages that do not. */
@Timeout(30)
class StartupTest {
    private final VirtualTime time = new VirtualTime();
    private final Machine machine = new Machine();
    private final Availability availability = Availability.create(InstantSource.system());
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private Startup startup;

    @AfterEach
    void close() {
        never.countDown();
        startup.close();
    }

    @Test
    void begin_withoutStages_isReadyAtOnce() throws Exception {
        startup = build(StartupPlan.builder());

        assertThat(startup.begin("listens")).isTrue();
        assertThat(startup.begin("again")).isFalse();
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
        assertThat(availability.lastChange().reason()).isEqualTo("listens");
        assertThat(startup.awaitEnd(Duration.ZERO)).isTrue();
        assertThat(startup.report().readyAfter()).hasValue(Duration.ZERO);
    }

    @Test
    void stages_runByTierAndReadinessWaitsForTheCriticalOnes() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(stage("suggestions", StageTier.BACKGROUND))
                .stage(stage("schema", StageTier.CRITICAL))
                .stage(stage("prices", StageTier.IMPORTANT)));
        assertThat(startup.report().stages()).hasSize(3).allMatch(each -> each.outcome() == StageOutcome.PENDING);
        List<String> states = Collections.synchronizedList(new ArrayList<>());
        availability.listen(change -> states.add(change.to() + " after " + ran));
        run();

        assertThat(ran).containsExactly("schema READY=false", "prices READY=true", "suggestions READY=true");
        assertThat(states).containsExactly("WARMING after []", "READY after [schema READY=false]");
        assertThat(startup.report().stages()).allMatch(each -> each.outcome() == StageOutcome.DONE);
        assertThat(startup.report().readyAfter()).isPresent();
        assertThat(startup.report().ended()).isTrue();
    }

    @Test
    void readyAfter_important_waitsForThoseToo() throws Exception {
        startup = build(StartupPlan.builder()
                .readyAfter(StageTier.IMPORTANT)
                .stage(stage("suggestions", StageTier.BACKGROUND))
                .stage(stage("prices", StageTier.IMPORTANT)));
        run();

        assertThat(ran).containsExactly("prices READY=false", "suggestions READY=true");
    }

    @Test
    void begin_withStagesThatReadinessDoesNotWaitFor_isReadyAtOnce() throws Exception {
        startup = build(StartupPlan.builder().stage(stage("suggestions", StageTier.BACKGROUND)));
        startup.begin("listens");
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
        await();

        assertThat(ran).containsExactly("suggestions READY=true");
    }

    @Test
    void criticalStage_thatThrows_breaksTheServiceAndEndsTheStart() throws Exception {
        startup = build(StartupPlan.builder()
                .stage("schema", failing("no database"))
                .stage("warm-up", noted("warm-up"))
                .stage(stage("prices", StageTier.IMPORTANT)));
        run();

        assertThat(ran).isEmpty();
        assertThat(availability.state()).isEqualTo(ServiceState.BROKEN);
        assertThat(availability.lastChange().reason())
                .isEqualTo("startup stage 'schema' failed: java.io.IOException: no database");
        assertThat(outcomes()).containsExactly(StageOutcome.FAILED, StageOutcome.CANCELLED, StageOutcome.CANCELLED);
        assertThat(startup.report().readyAfter()).isEmpty();
    }

    @Test
    void stage_thatThrowsAnError_isHandledLikeAnyOther() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("index", context -> {
                            throw new StackOverflowError();
                        })
                        .onFailure(FailurePolicy.retry(1, Duration.ZERO).thenDegrade())
                        .build()));
        run();

        assertThat(availability.state()).isEqualTo(ServiceState.READY);
        assertThat(outcomes()).containsExactly(StageOutcome.DEGRADED);
        assertThat(failures).hasSize(2).allMatch(each -> each instanceof StackOverflowError);
    }

    @Test
    void stageThatDegrades_takesThoseWithItThatNeedIt() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("geo", failing("no file"))
                        .onFailure(FailurePolicy.degrade())
                        .build())
                .stage(StartupStage.builder("nearest", noted("nearest"))
                        .dependsOn("geo")
                        .onFailure(FailurePolicy.degrade())
                        .build())
                .stage("prices", noted("prices")));
        run();

        assertThat(ran).containsExactly("prices READY=false");
        assertThat(outcomes()).containsExactly(StageOutcome.DEGRADED, StageOutcome.DEGRADED, StageOutcome.DONE);
        assertThat(report("nearest").failure()).isEqualTo("needs 'geo', which failed");
        assertThat(report("nearest").attempts()).isZero();
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
    }

    @Test
    void criticalStage_whoseDependencyDegraded_breaksTheService() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("geo", failing("no file"))
                        .onFailure(FailurePolicy.degrade())
                        .build())
                .stage(StartupStage.builder("nearest", noted("nearest"))
                        .dependsOn("geo")
                        .build()));
        run();

        assertThat(availability.lastChange().reason())
                .isEqualTo("startup stage 'nearest' failed: needs 'geo', which failed");
    }

    @Test
    void stageThatIsRetried_waitsLongerEachTimeAndLetsOthersRun() throws Exception {
        List<Long> begun = new ArrayList<>();
        AtomicInteger attempts = new AtomicInteger();
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("rates", context -> {
                            begun.add(time.read());
                            if (attempts.incrementAndGet() < 4) {
                                throw new IOException("not yet");
                            }
                            noted("rates").run(context);
                        })
                        .onFailure(FailurePolicy.retry(3, Duration.ofSeconds(4)))
                        .build())
                .stage("prices", noted("prices")));
        run();

        assertThat(ran).containsExactly("prices READY=false", "rates READY=false");
        assertThat(report("rates").attempts()).isEqualTo(4);
        assertThat(report("rates").outcome()).isEqualTo(StageOutcome.DONE);
        for (int i = 0; i < 3; i++) {
            double backoff = 4 << i;
            assertThat((begun.get(i + 1) - begun.get(i)) / 1e9).isBetween(0.75 * backoff, 1.25 * backoff + 2.5);
        }
    }

    @Test
    void stageThatFailsInAllAttempts_endsAsItsPolicySays() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("rates", failing("down"))
                        .onFailure(FailurePolicy.retry(2, Duration.ofSeconds(1)).thenDegrade())
                        .build()));
        run();

        assertThat(report("rates").attempts()).isEqualTo(3);
        assertThat(report("rates").outcome()).isEqualTo(StageOutcome.DEGRADED);
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
    }

    @Test
    void stageThatHangs_isInterruptedWhenItsTimeIsOver() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("hang", context -> {
                            entered.countDown();
                            never.await();
                        })
                        .timeout(Duration.ofSeconds(5))
                        .build()));
        startup.begin("listens");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        time.pass(Duration.ofMillis(5_000));
        await();

        assertThat(report("hang").outcome()).isEqualTo(StageOutcome.FAILED);
        assertThat(report("hang").failure()).isEqualTo("timed out after 5000 ms");
        assertThat(availability.state()).isEqualTo(ServiceState.BROKEN);
    }

    @Test
    void stageThatIgnoresItsInterruption_isLeftBehindAndNotTriedAgain() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("deaf", this::hangDeafly)
                        .timeout(Duration.ofSeconds(5))
                        .onFailure(FailurePolicy.retry(5, Duration.ZERO).thenDegrade())
                        .build())
                .stage("prices", noted("prices")));
        startup.begin("listens");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        time.pass(Duration.ofSeconds(5));
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        time.pass(Duration.ofSeconds(1));
        await();

        assertThat(report("deaf").attempts()).isEqualTo(1);
        assertThat(report("deaf").failure()).startsWith("timed out after 5000 ms and ignored that at ");
        assertThat(ran).containsExactly("prices READY=false");
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
    }

    @Test
    void stageThatTakesMoreThanItsEstimate_isReported() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("cache", context -> machine.takeMib(200))
                        .estimateBytes(64 << 20)
                        .build())
                .stage(StartupStage.builder("native", context -> context.report(300 << 20))
                        .estimateBytes(64 << 20)
                        .build()));
        run();

        assertThat(report("cache").needBytes()).isEqualTo(80 << 20);
        assertThat(report("cache").tookBytes()).isEqualTo(200 << 20);
        assertThat(report("cache").memoryDeltaBytes()).hasValue(200 << 20);
        assertThat(startup.report().warnings())
                .containsExactly(
                        "stage 'cache' took 200 MiB, its estimate is 64 MiB",
                        "stage 'native' took 300 MiB, its estimate is 64 MiB");
        assertThat(startup.report().peakBytes()).hasValue(300 << 20);
    }

    @Test
    void stageThatReportsNonsense_fails() throws Exception {
        startup = build(StartupPlan.builder().stage("cache", context -> context.report(-1)));
        run();

        assertThat(report("cache").failure())
                .isEqualTo(
                        "java.lang.IllegalArgumentException: bytes reported by stage 'cache' must not be negative: -1");
    }

    @Test
    void drain_duringAStage_interruptsItAndCancelsTheRest() throws Exception {
        startup = build(StartupPlan.builder()
                .stage("hang", context -> {
                    entered.countDown();
                    never.await();
                })
                .stage("prices", noted("prices")));
        startup.begin("listens");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        availability.draining("SIGTERM");
        availability.stopped("SIGTERM again");
        await();

        assertThat(outcomes()).containsExactly(StageOutcome.CANCELLED, StageOutcome.CANCELLED);
        assertThat(report("hang").failure()).isEqualTo("was cancelled: the service is DRAINING: SIGTERM");
        assertThat(ran).isEmpty();
        assertThat(startup.report().readyAfter()).isEmpty();
    }

    @Test
    void cancel_ofAStageThatIgnoresIt_leavesItBehindAfterASecond() throws Exception {
        startup = build(StartupPlan.builder().stage("deaf", this::hangDeafly));
        startup.begin("listens");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(startup.cancel("enough")).isTrue();
        assertThat(startup.cancel("twice")).isFalse();
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        time.pass(Duration.ofSeconds(1));
        await();

        assertThat(report("deaf").outcome()).isEqualTo(StageOutcome.CANCELLED);
        assertThat(report("deaf").failure()).startsWith("was cancelled: enough and ignored that at ");
    }

    @Test
    void cancel_beforeTheBeginning_letsNothingBegin() throws Exception {
        startup = build(StartupPlan.builder().stage("prices", noted("prices")));
        assertThat(startup.cancel("gone before it came")).isTrue();

        assertThat(startup.begin("listens")).isFalse();
        assertThat(startup.awaitEnd(Duration.ZERO)).isTrue();
        assertThat(outcomes()).containsExactly(StageOutcome.CANCELLED);
        assertThat(startup.report().elapsed()).isZero();
    }

    @Test
    void cancel_afterTheEnd_changesNothing() throws Exception {
        startup = build(StartupPlan.builder().stage("prices", noted("prices")));
        run();

        assertThat(startup.cancel("late")).isFalse();
        assertThat(outcomes()).containsExactly(StageOutcome.DONE);
    }

    @Test
    void end_ofAStart_isLoggedAsOneTable() throws Exception {
        try (LogCapture log = LogCapture.of(StageLoop.class)) {
            startup = build(StartupPlan.builder()
                    .stage("schema", noted("schema"))
                    .stage(StartupStage.builder("geo", failing("no\nfile"))
                            .onFailure(FailurePolicy.degrade())
                            .build()));
            run();

            assertThat(log.messages()).hasSize(2);
            assertThat(log.messages().get(0)).contains("CRITICAL stage 'geo' failed at attempt 1");
            assertThat(log.messages().get(1).lines().toList())
                    .hasSize(4)
                    .satisfies(lines -> assertThat(lines.get(0)).startsWith("Startup: ready after "))
                    .satisfies(lines -> assertThat(lines.get(1)).contains("stage", "outcome", "waited"))
                    .satisfies(lines -> assertThat(lines.get(2)).contains("schema", "CRITICAL", "DONE", "40 MiB"))
                    .satisfies(lines -> assertThat(lines.get(3)).contains("geo", "DEGRADED", "no file"));
        }
    }

    private void hangDeafly(StageContext context) {
        entered.countDown();
        while (never.getCount() > 0) {
            try {
                never.await();
            } catch (InterruptedException e) {
                assertThat(context.isCancelled()).isTrue();
                told.countDown();
            }
        }
    }

    private StartupStage.Action noted(String name) {
        return context -> ran.add(name + " READY=" + (availability.state() == ServiceState.READY));
    }

    private static StartupStage.Action failing(String why) {
        return context -> {
            throw new IOException(why);
        };
    }

    private StartupStage stage(String name, StageTier tier) {
        return StartupStage.builder(name, noted(name)).tier(tier).build();
    }

    private Startup build(StartupPlan.Builder plan) {
        return Startup.builder(plan.build(), availability, machine)
                .ticker(time)
                .waiter(time)
                .collector(machine)
                .onFailure(failures::add)
                .build();
    }

    private void run() throws InterruptedException {
        assertThat(startup.begin("listens")).isTrue();
        await();
    }

    private void await() throws InterruptedException {
        assertThat(startup.awaitEnd(Duration.ofSeconds(20))).isTrue();
    }

    private List<StageOutcome> outcomes() {
        return startup.report().stages().stream().map(StageReport::outcome).toList();
    }

    private StageReport report(String name) {
        return startup.report().stages().stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElseThrow();
    }
}
