/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.memory.MemoryReading;
import io.loadline.time.ManualTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryGateTest {
    private static final long MIB = Machine.MIB;
    private static final OptionalLong UNKNOWN = OptionalLong.empty();
    private static final Duration POLL = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private MemoryReading reading = Readings.node(4096 * MIB);

    @TempDir
    private Path folder;

    @Test
    void need_isAQuarterMoreThanTheMostOfEstimateHistoryAndTheLeast() {
        MemoryGate gate = gate(builder -> {});

        assertThat(gate.needBytes(UNKNOWN, UNKNOWN)).isEqualTo(40 * MIB);
        assertThat(gate.needBytes(OptionalLong.of(0), UNKNOWN)).isEqualTo(40 * MIB);
        assertThat(gate.needBytes(OptionalLong.of(100 * MIB), OptionalLong.of(60 * MIB)))
                .isEqualTo(125 * MIB);
        assertThat(gate.needBytes(OptionalLong.of(60 * MIB), OptionalLong.of(100 * MIB)))
                .isEqualTo(125 * MIB);
        assertThat(gate.needBytes(OptionalLong.of(Long.MAX_VALUE), UNKNOWN)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void obstacle_isTheFirstHeadroomThatIsTooSmall() {
        assertObstacle("cgroup headroom 99 MiB is below 100 MiB", 99, 200, 200, 0);
        assertObstacle("heap headroom 99 MiB is below 100 MiB", 200, 200, 99, 0);
        assertObstacle("node headroom 99 MiB is below 100 MiB", 200, 99, 200, 0);
        assertObstacle("memory pressure 10 % is not below 10 %", 200, 200, 200, 0.1);
        assertObstacle(null, 100, 100, 100, 0.09);
    }

    private void assertObstacle(String obstacle, long cgroup, long node, long heap, double pressure) {
        reading = Readings.of(
                OptionalLong.of(cgroup * MIB),
                OptionalLong.of(node * MIB),
                OptionalLong.of(heap * MIB),
                OptionalLong.of(0),
                OptionalDouble.of(pressure),
                0,
                0,
                UNKNOWN,
                0);
        assertThat(gate(builder -> {}).obstacle(100 * MIB).orElse(null)).isEqualTo(obstacle);
    }

    /** What a stage took before is what the process grew by; the heap may never be able to offer as much. */
    @Test
    void heap_isAskedForTheEstimateOnly() {
        reading = Readings.heap(512 * MIB, 400 * MIB);
        StartupStage small = stage(64 * MIB);
        assertThat(entersWith(small, OptionalLong.of(600 * MIB))).isTrue();
        assertThat(entersWith(stage(100 * MIB), UNKNOWN)).isFalse();

        reading = Readings.heap(512 * MIB, 440 * MIB);
        assertThat(entersWith(small, UNKNOWN)).isFalse();
    }

    @Test
    void heap_thatIsSmallerThanAnEstimate_isNotAskedForIt() {
        reading = Readings.heap(512 * MIB, 400 * MIB);

        assertThat(entersWith(stage(2048 * MIB), UNKNOWN)).isTrue();
    }

    private boolean entersWith(StartupStage stage, OptionalLong before) {
        MemoryGate gate = gate(builder -> {});
        return gate.tryEnter(gate.turn(stage, true, before, UNKNOWN), gate.read());
    }

    @Test
    void obstacle_onAMachineThatTellsNothing_isNone() {
        reading = Readings.unknown();

        assertThat(gate(builder -> {}).obstacle(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void firstStage_onAQuietNode_beginsWithinItsSlot() {
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String name = "orders-" + i;
            long waited = millisUntilEntered(gate(builder -> builder.instance(name)), stage(StageTier.CRITICAL));
            assertThat(waited).isBetween(200L, 1_300L);
            assertThat(millisUntilEntered(gate(builder -> builder.instance(name)), stage(StageTier.CRITICAL)))
                    .isEqualTo(waited);
            waits.add(waited);
        }
        assertThat(waits).hasSizeGreaterThan(5);
    }

    @Test
    void secondStage_followsAtOnce() {
        MemoryGate gate = gate(builder -> {});
        millisUntilEntered(gate, stage(StageTier.CRITICAL));
        gate.release();

        assertThat(millisUntilEntered(gate, stage(StageTier.CRITICAL))).isZero();
    }

    @Test
    void firstStageThatIsNotCritical_waitsItsShareOfTheJitter() {
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String name = "orders-" + i;
            MemoryGate gate =
                    gate(builder -> builder.instance(name).slot(Duration.ZERO).jitter(Duration.ofMinutes(1)));
            millisUntilEntered(gate, stage(StageTier.CRITICAL));
            gate.release();
            waits.add(millisUntilEntered(gate, stage(StageTier.IMPORTANT)));
            gate.release();
            assertThat(millisUntilEntered(gate, stage(StageTier.BACKGROUND))).isZero();
        }
        assertThat(waits).hasSizeGreaterThan(15).allMatch(each -> each < 61_000);
        assertThat(waits.stream().mapToLong(each -> each).max().orElseThrow()).isGreaterThan(40_000);
        assertThat(waits.stream().mapToLong(each -> each).min().orElseThrow()).isLessThan(20_000);
    }

    @Test
    void headroomThatFalls_holdsAStageBackUntilItRisesAgain() {
        MemoryGate gate = gate(builder -> builder.slot(Duration.ZERO));
        Turn turn = gate.turn(stage(StageTier.CRITICAL), true, UNKNOWN, UNKNOWN);
        for (int mib = 4096; mib > 3900; mib -= 20) {
            assertThat(asks(gate, turn, mib)).isFalse();
        }
        assertThat(turn.reason()).isEqualTo("another instance seems to be starting: headroom fell by 180 MiB");
        assertThat(asks(gate, turn, 3916)).isFalse();

        assertThat(asks(gate, turn, 4000)).isFalse();
        assertThat(turn.reason()).isEqualTo("slot between instances");
        assertThat(asks(gate, turn, 4000)).isFalse();
        assertThat(asks(gate, turn, 4000)).isTrue();
    }

    @Test
    void headroomThatHasFallen_isForgottenAfterAWhile() {
        MemoryGate gate = gate(builder -> builder.slot(Duration.ZERO));
        Turn turn = gate.turn(stage(StageTier.CRITICAL), true, UNKNOWN, UNKNOWN);
        assertThat(asks(gate, turn, 4096)).isFalse();
        int asked = 0;
        while (!asks(gate, turn, 3900)) {
            asked++;
        }

        assertThat(asked).isBetween(20, 25);
    }

    /** All instances run the same plan: one that works on what it has taken is silent for as long as this one was. */
    @Test
    void headroomThatHasFallen_isRememberedForAsLongAsTheStageTookBefore() {
        MemoryGate gate = gate(builder -> builder.slot(Duration.ZERO));
        Turn turn = gate.turn(
                stage(StageTier.CRITICAL),
                true,
                UNKNOWN,
                OptionalLong.of(Duration.ofSeconds(8).toNanos()));
        assertThat(asks(gate, turn, 4096)).isFalse();
        int asked = 0;
        while (!asks(gate, turn, 3900)) {
            asked++;
        }

        assertThat(asked).isBetween(80, 85);
    }

    @Test
    void headroomThatTheOwnStageTook_doesNotHoldTheNextOneBack() {
        MemoryGate gate = gate(builder -> {});
        millisUntilEntered(gate, stage(StageTier.CRITICAL));
        for (int mib = 4096; mib > 3900; mib -= 20) {
            reading = Readings.node(mib * MIB, (4096 - mib) * MIB);
            gate.read();
        }
        gate.release();

        assertThat(millisUntilEntered(gate, stage(StageTier.CRITICAL))).isZero();
    }

    @Test
    void stageThatHasBegunWithAnother_yieldsToTheOneThatHasTakenMore() {
        MemoryGate gate = gate(builder -> {});
        Turn turn = entered(gate);
        assertThat(goesOn(gate, turn, 4076, 10)).isTrue();
        assertThat(goesOn(gate, turn, 4066, 10)).isFalse();
        assertThat(turn.reason())
                .isEqualTo("at a checkpoint: another instance seems to be starting: headroom fell by 20 MiB");

        // The other one goes on taking memory, and gives it back.
        for (int other = 40; other <= 100; other += 20) {
            assertThat(goesOn(gate, turn, 4086 - other, 10)).isFalse();
        }
        int asked = 0;
        while (!goesOn(gate, turn, 4046, 10)) {
            asked++;
        }
        assertThat(asked).isBetween(1, 22);
        assertThat(turn.wentAhead()).isFalse();
    }

    @Test
    void stageThatHasTakenMoreThanTheOther_goesOn() {
        MemoryGate gate = gate(builder -> {});
        Turn turn = entered(gate);

        for (int taken = 2; taken < 40; taken += 2) {
            assertThat(goesOn(gate, turn, 4096 - taken - 0.9 * taken, taken)).isTrue();
        }
    }

    private Turn entered(MemoryGate gate) {
        Turn turn = gate.turn(stage(64 * MIB), true, UNKNOWN, UNKNOWN);
        int asked = 0;
        while (!asks(gate, turn, 4096)) {
            asked++;
        }
        assertThat(asked).isPositive();
        return turn;
    }

    private boolean goesOn(MemoryGate gate, Turn turn, double headroomMib, long takenMib) {
        ticker.advance(Duration.ofMillis(50));
        reading = Readings.node((long) (headroomMib * MIB), takenMib * MIB);
        return gate.mayGoOn(turn, gate.read(), takenMib * MIB);
    }

    @Test
    void pause_growsWhileMemoryIsShortAndIsSpread() {
        reading = Readings.node(10 * MIB);
        MemoryGate gate = gate(builder -> {});
        Turn turn = gate.turn(stage(StageTier.BACKGROUND), false, UNKNOWN, UNKNOWN);
        double nominal = 100;
        Set<Long> pauses = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            assertThat(gate.tryEnter(turn, gate.read())).isFalse();
            long pause = gate.pauseNanos(turn) / 1_000_000;
            assertThat((double) pause).isBetween(0.75 * nominal - 1, 1.25 * nominal);
            pauses.add(pause);
            nominal = Math.min(2_000, 1.5 * nominal);
            ticker.advance(Duration.ofMillis(pause));
        }
        assertThat(pauses).hasSizeGreaterThan(15);
    }

    /** Pods that share the host's network share its name and their id. */
    @Test
    void instance_byDefault_isThisProcessAndNoOtherOfItsNameAndId() {
        ProcessHandle process = ProcessHandle.current();
        String begun =
                String.valueOf(process.info().startInstant().orElseThrow().toEpochMilli());

        assertThat(InstanceName.get()).endsWith(process.pid() + "-" + begun);
    }

    @Test
    void lockFile_letsOneInAtATime() {
        Path file = folder.resolve("startup.lock");
        MemoryGate first = gate(builder -> builder.lockFile(file));
        MemoryGate second = gate(builder -> builder.lockFile(file));
        Turn turn = second.turn(stage(StageTier.CRITICAL), true, UNKNOWN, UNKNOWN);
        assertThat(millisUntilEntered(first, stage(StageTier.CRITICAL))).isZero();

        assertThat(asks(second, turn, 4096)).isFalse();
        assertThat(turn.reason()).isEqualTo("another instance holds the claim");
        second.release();
        assertThat(asks(second, turn, 4096)).isFalse();
        first.release();
        assertThat(asks(second, turn, 4096)).isTrue();
        second.release();
        assertThat(file).exists();
    }

    @Test
    void lockFile_thatIsNeverFree_isNotWaitedForLongerThanTold() {
        Path file = folder.resolve("startup.lock");
        ClaimFile other = new ClaimFile(file, ticker);
        assertThat(other.tryClaim()).isEqualTo(ClaimFile.Attempt.CLAIMED);
        MemoryGate gate = gate(builder -> builder.lockFile(file).maxWait(Duration.ofSeconds(10)));

        assertThat(millisUntilEntered(gate, stage(StageTier.CRITICAL))).isBetween(7_500L, 10_200L);
        assertThat(gate.wentAhead()).isEqualTo(1);
        gate.release();
        assertThat(new ClaimFile(file, ticker).tryClaim()).isEqualTo(ClaimFile.Attempt.TAKEN);
        other.release();
    }

    @Test
    void lockFile_thatCannotBeUsed_isReplacedBySensingWithOneWarning() throws Exception {
        Path noFolder = Files.createFile(folder.resolve("file")).resolve("startup.lock");
        MemoryGate gate = gate(builder -> builder.lockFile(noFolder));
        try (LogCapture log = LogCapture.of(ClaimFile.class)) {
            assertThat(millisUntilEntered(gate, stage(StageTier.CRITICAL))).isBetween(2_200L, 3_300L);
            gate.release();

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Startup: lock file " + noFolder + " cannot be used (")
                    .endsWith("; stages begin when the node's memory is not falling");
        }
    }

    private long millisUntilEntered(MemoryGate gate, StartupStage stage) {
        Turn turn = gate.turn(stage, stage.tier() == StageTier.CRITICAL, UNKNOWN, UNKNOWN);
        while (!gate.tryEnter(turn, gate.read())) {
            ticker.advance(POLL);
        }
        return turn.waitedNanos() / 1_000_000;
    }

    private boolean asks(MemoryGate gate, Turn turn, long headroomMib) {
        ticker.advance(POLL);
        reading = Readings.node(headroomMib * MIB);
        return gate.tryEnter(turn, gate.read());
    }

    private MemoryGate gate(Consumer<MemoryGate.Builder> configure) {
        MemoryGate.Builder builder = MemoryGate.builder(() -> reading, ticker).instance("orders-7f9c");
        configure.accept(builder);
        return builder.build();
    }

    private static StartupStage stage(long estimateBytes) {
        return StartupStage.builder("cache", context -> {})
                .estimateBytes(estimateBytes)
                .build();
    }

    private static StartupStage stage(StageTier tier) {
        return StartupStage.builder("cache", context -> {}).tier(tier).build();
    }
}
