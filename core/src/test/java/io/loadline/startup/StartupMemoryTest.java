/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import io.loadline.memory.JvmFlags;
import io.loadline.startup.StartupPlan.Collection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a start does where memory is short, and how it gives memory back. */
@Timeout(30)
class StartupMemoryTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long ESTIMATE = 200 * Machine.MIB;

    private final VirtualTime time = new VirtualTime();
    private final long originNanos = time.read();
    private final Machine machine = new Machine();
    private final Availability availability = Availability.create(InstantSource.system());
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    private Startup startup;

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        startup.close();
    }

    @Test
    void criticalStage_withoutMemory_goesAheadAfterItsLongestWait() throws Exception {
        machine.headroomMib(100);
        try (LogCapture log = LogCapture.of(MemoryGate.class)) {
            startup = build(plan(StageTier.CRITICAL).gate(gate -> gate.maxWait(Duration.ofSeconds(30))));
            run();

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Startup: stage 'cache' goes ahead after 2")
                    .endsWith(" ms although cgroup headroom 100 MiB is below 250 MiB");
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
                .stage(StartupStage.builder("cache", context -> {
                            machine.pressure(0.5);
                            for (int i = 0; i < 3; i++) {
                                time.pass(Duration.ofMillis(100));
                                context.checkpoint();
                            }
                        })
                        .tier(StageTier.BACKGROUND)
                        .build()));
        run();

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

    @ParameterizedTest
    @CsvSource({
        "CRITICAL, BEFORE_READY, 80, 0",
        "CRITICAL, BEFORE_READY, 81, 1",
        "CRITICAL, NEVER, 400, 0",
        "BACKGROUND, BEFORE_READY, 400, 0",
        "BACKGROUND, ALWAYS, 400, 1"
    })
    void heapThatHasGrown_isCollectedIfThePlanWantsIt(
            StageTier tier, Collection collection, long committedMib, int collections) throws Exception {
        startup = build(StartupPlan.builder()
                .collection(collection)
                .stage(StartupStage.builder("cache", context -> machine.heapMib(30, committedMib))
                        .tier(tier)
                        .ungated() // one that waits is preceded by a collection of its own
                        .build()));
        availability.listen(change -> ran.add(change.to() + " after " + machine.collections()));
        run();

        assertThat(machine.collections()).isEqualTo(collections);
        assertThat(ran).contains("READY after " + (tier == StageTier.CRITICAL ? collections : 0));
        assertThat(startup.report().warnings()).isEmpty();
    }

    /** Many instances wait at once: what their boot has left would add up. */
    @ParameterizedTest
    @CsvSource({
        "CRITICAL, BEFORE_READY, 1",
        "CRITICAL, NEVER, 0",
        "BACKGROUND, BEFORE_READY, 0",
        "BACKGROUND, ALWAYS, 1"
    })
    void stageThatHasToWait_isPrecededByOneCollection(StageTier tier, Collection collection, int collections)
            throws Exception {
        machine.headroomMib(100);
        machine.beforeRead(() -> machine.headroomMib(time.read() - originNanos < HOUR / 2 ? 100 : 300));
        startup = build(plan(tier).collection(collection).gate(gate -> gate.maxWait(Duration.ofHours(1))));
        run();

        assertThat(report("cache").waited()).isGreaterThan(Duration.ofMinutes(29));
        assertThat(machine.collections()).isEqualTo(collections);
    }

    @Test
    void stagesThatHaveToWait_arePrecededByOneCollectionTogether() throws Exception {
        machine.headroomMib(100);
        machine.beforeRead(() -> machine.headroomMib(time.read() - originNanos < HOUR / 120 ? 100 : 300));
        startup = build(plan(StageTier.CRITICAL)
                .stage(stage("geo", StageTier.CRITICAL).estimateBytes(ESTIMATE).build()));
        run();

        assertThat(ran).containsExactly("cache", "geo");
        assertThat(report("geo").waited()).isGreaterThan(Duration.ofSeconds(29));
        assertThat(machine.collections()).isEqualTo(1);
    }

    /** What the heap has left is known by its last collection, and a service at rest may not have another one for hours. */
    @ParameterizedTest
    @CsvSource({"BEFORE_READY, 1, 60", "NEVER, 0, 3600"})
    void heapThatWasFullLongAgo_isCollectedOnceForAReadyService(Collection collection, int collections, long seconds)
            throws Exception {
        machine.heapLimitMib(512, 480, 100);
        machine.beforeRead(() -> {
            if (time.read() - originNanos > HOUR) {
                machine.heapLimitMib(512, 100, 100);
            }
        });
        startup = build(plan(StageTier.BACKGROUND)
                .collection(collection)
                .stage(stage("geo", StageTier.BACKGROUND)
                        .estimateBytes(ESTIMATE)
                        .build()));
        run();

        assertThat(ran).containsExactly("cache", "geo");
        assertThat(report("cache").waited())
                .isBetween(
                        Duration.ofSeconds(seconds), Duration.ofSeconds(seconds).plusSeconds(12));
        assertThat(machine.collections()).isEqualTo(collections);
    }

    @Test
    void heapThatIsKeptAfterTheCollection_isReported() throws Exception {
        machine.afterCollectionMib(400);
        startup = build(StartupPlan.builder()
                .stage(StartupStage.builder("cache", context -> machine.heapMib(30, 400))
                        .ungated()
                        .build()));
        run();

        assertThat(startup.report().warnings())
                .containsExactly("the heap keeps 400 MiB of which 30 MiB are in use: G1 with -XX:MinHeapFreeRatio=10"
                        + " -XX:MaxHeapFreeRatio=20 gives back the rest");
    }

    @Test
    void collectionThatDoesNotHappen_isReported() throws Exception {
        startup = Startup.builder(
                        StartupPlan.builder()
                                .stage("cache", context -> machine.heapMib(390, 400))
                                .build(),
                        availability,
                        machine)
                .ticker(time)
                .waiter(time)
                .collector(() -> {})
                .build();
        run();

        assertThat(startup.report().warnings())
                .containsExactly(
                        "nothing was collected before readiness: does the JVM run with -XX:+DisableExplicitGC?");
    }

    @Test
    void flagsThatKeepMemory_areReported() {
        JvmFlags flags = new JvmFlags(
                "G1",
                OptionalLong.of(1 << 30),
                OptionalLong.of(1 << 30),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                true,
                false);
        startup = Startup.builder(plan(StageTier.CRITICAL).build(), availability, machine)
                .flags(flags)
                .build();

        assertThat(startup.report().warnings())
                .containsExactly(
                        "-XX:+AlwaysPreTouch takes the whole initial heap before any stage can wait for memory",
                        "-Xms is as large as -Xmx: what the heap takes during the start is never given back");
    }

    /** Others must not begin while the pages are still on their way back; the service itself need not wait for that. */
    @Test
    void claim_isHeldUntilTheMemoryHasComeToRest() throws Exception {
        Path file = folder.resolve("startup.lock");
        ClaimFile other = new ClaimFile(file, time);
        AtomicReference<List<String>> seen = new AtomicReference<>(new ArrayList<>());
        AtomicInteger falls = new AtomicInteger(10);
        startup = build(StartupPlan.builder().gate(gate -> gate.lockFile(file)).stage("cache", context -> {
            machine.takeMib(200);
            machine.beforeRead(() -> {
                if (Thread.currentThread().getName().equals("loadline-startup")) {
                    seen.get().add(other.tryClaim() + " " + availability.state());
                    machine.takeMib(falls.decrementAndGet() > 0 ? -20 : 0);
                }
            });
        }));
        run();

        assertThat(seen.get())
                .hasSizeGreaterThan(10)
                .allMatch(each -> each.startsWith("TAKEN"))
                .contains("TAKEN WARMING", "TAKEN READY");
        assertThat(other.tryClaim()).isEqualTo(ClaimFile.Attempt.CLAIMED);
        other.release();
    }

    /** Memory may be out for the end of the start, too. */
    @Test
    void errorAtTheEnd_givesTheClaimBackAndIsWaitedForByNobody() throws Exception {
        Path file = folder.resolve("startup.lock");
        AtomicBoolean out = new AtomicBoolean();
        startup = Startup.builder(
                        StartupPlan.builder()
                                .gate(gate -> gate.lockFile(file))
                                .stage("cache", context -> out.set(true))
                                .build(),
                        availability,
                        machine)
                .ticker(() -> {
                    if (out.get()) {
                        throw new OutOfMemoryError("of this test");
                    }
                    return time.read();
                })
                .waiter(time)
                .build();
        run();

        assertThat(availability.lastChange().reason())
                .isEqualTo("startup failed: java.lang.OutOfMemoryError: of this test");
        ClaimFile other = new ClaimFile(file, time);
        assertThat(other.tryClaim()).isEqualTo(ClaimFile.Attempt.CLAIMED);
        other.release();
        out.set(false);
    }

    @Test
    void memoryThatDoesNotComeToRest_isNotWaitedForLongerThanThePlanSays() throws Exception {
        startup = build(StartupPlan.builder().settle(Duration.ofSeconds(5)).stage("cache", context -> {
            machine.beforeRead(() -> machine.takeMib(20));
            ran.add(String.valueOf(time.read()));
        }));
        run();

        assertThat(Duration.ofNanos(time.read() - Long.parseLong(ran.get(0)))).isEqualTo(Duration.ofSeconds(5));
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

    private StartupPlan.Builder plan(StageTier tier) {
        return StartupPlan.builder()
                .stage(stage("cache", tier).estimateBytes(ESTIMATE).build());
    }

    private StartupStage.Builder stage(String name, StageTier tier) {
        return StartupStage.builder(name, context -> ran.add(name)).tier(tier);
    }

    private Startup build(StartupPlan.Builder plan) {
        return Startup.builder(plan.build(), availability, machine)
                .ticker(time)
                .waiter(time)
                .collector(machine)
                .build();
    }

    private void run() throws InterruptedException {
        assertThat(startup.begin("listens")).isTrue();
        await();
    }

    private void await() throws InterruptedException {
        assertThat(startup.awaitEnd(Duration.ofSeconds(20))).isTrue();
    }

    private StageReport report(String name) {
        return startup.report().stages().stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElseThrow();
    }
}
