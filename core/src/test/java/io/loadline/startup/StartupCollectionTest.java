/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.memory.JvmFlags;
import io.loadline.startup.StartupPlan.Collection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a start gives memory back, and with it the claim. */
class StartupCollectionTest extends StartupFixture {
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
                true,
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
                        "the initial heap is as large as -Xmx: what it takes during the start is never given back; set"
                                + " a smaller -Xms");
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
}
