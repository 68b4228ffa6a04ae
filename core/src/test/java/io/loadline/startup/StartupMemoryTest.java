/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a start does where memory is short. */
class StartupMemoryTest extends StartupFixture {
    @Test
    void criticalStage_withoutMemory_goesAheadAfterItsLongestWait() throws Exception {
        machine.headroomMib(100);
        try (LogCapture log = LogCapture.of(MemoryGate.class)) {
            startup = build(plan(StageTier.CRITICAL).gate(gate -> gate.maxWait(Duration.ofSeconds(30))));
            run();

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .matches("Startup: stage 'cache' goes ahead after [23]\\d{4} ms although cgroup headroom 100 MiB is"
                            + " below 250 MiB");
            assertThat(log.messages())
                    .hasSize(2)
                    .first()
                    .isEqualTo("Startup: stage 'cache' waits: cgroup headroom 100 MiB is below 250 MiB");
        }
        StageReport cache = report("cache");
        assertThat(cache.outcome()).isEqualTo(StageOutcome.DONE);
        assertThat(cache.wentAhead()).isTrue();
        assertThat(cache.waited()).isBetween(Duration.ofMillis(22_500), Duration.ofSeconds(33));
        assertThat(startup.report().wentAhead()).isEqualTo(1);
        assertThat(startup.report().warnings())
                .containsExactly("stage 'cache' went ahead although cgroup headroom 100 MiB is below 250 MiB");
    }

    @Test
    void importantStage_thatReadinessWaitsFor_goesAheadToo() throws Exception {
        machine.headroomMib(100);
        startup = build(plan(StageTier.IMPORTANT).readyAfter(StageTier.IMPORTANT));
        run();

        assertThat(report("cache").wentAhead()).isTrue();
        assertThat(report("cache").waited()).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(63));
    }

    /** Stages wait side by side, but not while one of them runs. */
    @Test
    void stage_whoseNeighbourRunsLong_hasNotWaitedMeanwhile() throws Exception {
        machine.headroomMib(300);
        startup = build(StartupPlan.builder()
                .stage("first", context -> {
                    ran.add("first");
                    time.pass(Duration.ofSeconds(70));
                    long end = time.read() + Duration.ofSeconds(20).toNanos();
                    machine.beforeRead(() -> machine.headroomMib(time.read() < end ? 100 : 300));
                })
                .stage(stage("cache", StageTier.CRITICAL)
                        .estimateBytes(ESTIMATE)
                        .build()));
        run();

        assertThat(ran).containsExactly("first", "cache");
        assertThat(report("cache").wentAhead()).isFalse();
        assertThat(report("cache").waited()).isBetween(Duration.ofSeconds(18), Duration.ofSeconds(25));
    }

    @Test
    void stage_thatFailsAtACheckpoint_doesNotWaitForMemoryUntilItIsTriedAgain() throws Exception {
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("cache", context -> {
                            ran.add("cache");
                            if (ran.size() == 1) {
                                machine.pressure(0.5);
                                time.pass(Duration.ofMillis(100));
                                Thread.currentThread().interrupt();
                                try {
                                    context.checkpoint();
                                } finally {
                                    machine.pressure(0);
                                }
                            }
                        })
                        .onFailure(FailurePolicy.retry(1, Duration.ofSeconds(60)))
                        .build()));
        run();

        assertThat(ran).hasSize(2);
        assertThat(report("cache").waited()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void backgroundStage_withoutMemory_keepsWaitingUntilThereIsSome() throws Exception {
        machine.headroomMib(100);
        machine.beforeRead(() -> machine.headroomMib(time.read() - originNanos < 3 * HOUR ? 100 : 300));
        try (LogCapture log = LogCapture.of(StageLoop.class)) {
            startup = build(plan(StageTier.BACKGROUND));
            run();

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Startup: BACKGROUND stage 'cache' has waited for 6")
                    .endsWith(" ms and goes on waiting: cgroup headroom 100 MiB is below 250 MiB");
        }
        assertThat(report("cache").outcome()).isEqualTo(StageOutcome.DONE);
        assertThat(report("cache").wentAhead()).isFalse();
        assertThat(report("cache").waited())
                .isBetween(Duration.ofHours(3), Duration.ofHours(3).plusSeconds(10));
        assertThat(startup.report().readyAfter()).hasValue(Duration.ZERO);
    }

    /** What a ready service takes while a stage waits is load, and no peak of the start. */
    @Test
    void peak_isNotTakenWhileAReadyServiceWaitsForAStage() throws Exception {
        machine.headroomMib(100);
        AtomicInteger reads = new AtomicInteger();
        machine.beforeRead(() -> {
            int read = reads.incrementAndGet();
            machine.takeMib(read == 20 ? 500 : read == 30 ? -500 : 0);
            machine.headroomMib(read < 40 ? 100 : 300);
        });
        startup = build(plan(StageTier.BACKGROUND));
        run();

        assertThat(report("cache").outcome()).isEqualTo(StageOutcome.DONE);
        assertThat(startup.report().peakBytes()).hasValue(100 * Machine.MIB);
    }

    @Test
    void cancel_whileAStageWaits_letsItNotBegin() throws Exception {
        machine.headroomMib(100);
        AtomicInteger reads = new AtomicInteger();
        machine.beforeRead(() -> {
            if (reads.incrementAndGet() == 100) {
                availability.draining("SIGTERM");
            }
        });
        startup = build(plan(StageTier.BACKGROUND));
        run();

        assertThat(report("cache").outcome()).isEqualTo(StageOutcome.CANCELLED);
        assertThat(ran).isEmpty();
    }

    @Test
    void stageThatIsTooLarge_isOvertakenByItsNeighbourOnly() throws Exception {
        machine.headroomMib(100);
        machine.beforeRead(() -> machine.headroomMib(ran.isEmpty() ? 100 : 300));
        startup = build(plan(StageTier.IMPORTANT)
                .stage(stage("small", StageTier.IMPORTANT).build())
                .stage(stage("smaller", StageTier.BACKGROUND).build()));
        run();

        assertThat(ran).containsExactly("small", "cache", "smaller");
    }

    @Test
    void stage_thatHardlyWaits_isNotLogged() throws Exception {
        try (LogCapture log = LogCapture.of(MemoryGate.class)) {
            startup = build(plan(StageTier.CRITICAL).gate(gate -> gate.slot(Duration.ZERO)));
            run();

            assertThat(log.messages()).isEmpty();
        }
        assertThat(report("cache").waited()).isPositive();
    }

    @Test
    void machine_thatTellsNothing_isInNobodysWay() throws Exception {
        startup = Startup.builder(plan(StageTier.CRITICAL).build(), availability, Readings::unknown)
                .ticker(time)
                .waiter(time)
                .build();
        run();

        assertThat(report("cache").waited()).isZero();
        assertThat(report("cache").memoryDeltaBytes()).isEmpty();
    }

    @Test
    void ungatedStage_waitsForNothing() throws Exception {
        machine.headroomMib(0).pressure(1);
        startup = build(StartupPlan.builder()
                .stage(stage("warm-up", StageTier.CRITICAL).ungated().build()));
        run();

        assertThat(report("warm-up").waited()).isZero();
        assertThat(report("warm-up").needBytes()).isZero();
    }

    @Test
    void checkpoint_underPressure_waitsUntilItIsOver() throws Exception {
        AtomicInteger readsUnderPressure = new AtomicInteger();
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("cache", context -> {
                            machine.pressure(0.5);
                            machine.beforeRead(() -> {
                                if (readsUnderPressure.incrementAndGet() > 50) {
                                    machine.pressure(0);
                                }
                            });
                            time.pass(Duration.ofMillis(100));
                            context.checkpoint();
                            ran.add("went on");
                        })
                        .timeout(Duration.ofSeconds(1))
                        .build()));
        run();

        assertThat(ran).containsExactly("went on");
        assertThat(report("cache").outcome()).isEqualTo(StageOutcome.DONE);
        assertThat(report("cache").waitReason()).isEqualTo("at a checkpoint: memory pressure 50 % is not below 10 %");
        assertThat(report("cache").took()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void checkpoint_underPressureThatDoesNotEnd_goesOnAfterTheLongestWait() throws Exception {
        startup = build(StartupPlan.builder()
                .gate(gate -> gate.slot(Duration.ZERO).jitter(Duration.ZERO))
                .stage(StartupStage.builder("cache", context -> {
                            machine.pressure(0.5);
                            for (int i = 0; i < 3; i++) {
                                time.pass(Duration.ofMillis(100));
                                context.checkpoint();
                            }
                        })
                        .tier(StageTier.BACKGROUND)
                        .build()));
        try (LogCapture log = LogCapture.of(MemoryGate.class)) {
            run();

            assertThat(log.messages())
                    .hasSize(2)
                    .first()
                    .isEqualTo("Startup: stage 'cache' waits: at a checkpoint: memory pressure 50 % is not below 10 %");
        }

        assertThat(report("cache").outcome()).isEqualTo(StageOutcome.DONE);
        assertThat(report("cache").wentAhead()).isTrue();
        assertThat(startup.report().wentAhead()).isEqualTo(1);
    }

    /** Whoever calls it for each of a million rows must not pay for a million looks at the memory. */
    @Test
    void checkpoint_inATightLoop_looksAtTheMemoryOnceInAWhile() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        startup = build(StartupPlan.builder().stage("cache", context -> {
            machine.beforeRead(() -> {
                if (Thread.currentThread().getName().equals("loadline-stage-cache")) {
                    reads.incrementAndGet();
                }
            });
            for (int i = 0; i < 100; i++) {
                time.pass(Duration.ofMillis(10));
                for (int j = 0; j < 100; j++) {
                    context.checkpoint();
                }
            }
        }));
        run();

        assertThat(reads.get()).isEqualTo(20);
    }

    @Test
    void checkpoint_ofACancelledStage_endsIt() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        startup = build(StartupPlan.builder().stage("cache", context -> {
            assertThat(context.stage()).isEqualTo("cache");
            context.checkpoint();
            entered.countDown();
            assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
            assertThatThrownBy(context::checkpoint)
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("CRITICAL stage 'cache' was cancelled: enough");
            ran.add("ended");
        }));
        startup.begin("listens");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        startup.cancel("enough");
        await();

        assertThat(ran).containsExactly("ended");
    }

    @Test
    void stageForIdleTimes_waitsUntilTheServiceHasBeenIdleForASecond() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        List<Long> idleAt = new ArrayList<>();
        Deferred<String> value = Deferred.<String>builder("geo", () -> {
                    ran.add("geo");
                    idleAt.add(time.read());
                    return "geo";
                })
                .when(Deferred.When.IDLE)
                .build();
        startup = Startup.builder(StartupPlan.builder().deferred(value).build(), availability, machine)
                .ticker(time)
                .waiter(time)
                .idle(() -> {
                    int times = asked.incrementAndGet();
                    if (times == 8) {
                        idleAt.add(time.read());
                    }
                    return times == 3 || times >= 8;
                })
                .build();
        run();

        assertThat(ran).containsExactly("geo");
        assertThat(value.isMade()).isTrue();
        assertThat(idleAt.get(1) - idleAt.get(0)).isGreaterThanOrEqualTo(1_000_000_000L);
        assertThat(report("geo").waitReason()).isNotEmpty();
    }

    /** No look need ever find a request in flight. */
    @Test
    void stageForIdleTimes_waitsWhileRequestsComeAndGoBetweenTwoLooks() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        long busyUntil = originNanos + Duration.ofSeconds(30).toNanos();
        startup = Startup.builder(
                        StartupPlan.builder()
                                .stage(StartupStage.builder("geo", context -> ran.add("" + (time.read() - busyUntil)))
                                        .tier(StageTier.BACKGROUND)
                                        .whenIdle()
                                        .build())
                                .build(),
                        availability,
                        machine)
                .ticker(time)
                .waiter(time)
                .completedCalls(() -> time.read() - busyUntil < 0 ? calls.incrementAndGet() : calls.get())
                .build();
        run();

        assertThat(Duration.ofNanos(Long.parseLong(ran.get(0)))).isGreaterThan(Duration.ofMillis(500));
        assertThat(report("geo").waited()).isGreaterThan(Duration.ofSeconds(30));
    }

    @Test
    void history_tellsTheNextStartWhatAStageTakes() throws Exception {
        Path file = folder.resolve("history");
        StartupPlan.Builder plan = StartupPlan.builder()
                .historyFile(file)
                .stage(StartupStage.builder("cache", context -> machine.takeMib(400))
                        .estimateBytes(10)
                        .build())
                .stage(StartupStage.builder("geo", context -> {
                            throw new IllegalStateException("fails");
                        })
                        .onFailure(FailurePolicy.degrade())
                        .build());
        startup = build(plan);
        run();
        Startup next = Startup.builder(plan.build(), Availability.create(InstantSource.system()), machine)
                .build();

        assertThat(next.report().stages().get(0).needBytes()).isEqualTo(500 * Machine.MIB);
        assertThat(next.report().stages().get(1).needBytes()).isEqualTo(40 * Machine.MIB);
        next.close();
    }
}
