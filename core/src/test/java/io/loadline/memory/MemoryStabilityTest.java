/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;
import static io.loadline.memory.MemoryState.GROWING;
import static io.loadline.memory.MemoryState.IDLE_STABLE;
import static io.loadline.memory.MemoryState.LEAK_SUSPECT;
import static io.loadline.memory.MemoryState.SETTLING;
import static io.loadline.memory.MemoryState.STABLE;
import static io.loadline.memory.MemoryState.WARMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripted processes, hours of them in virtual time. */
class MemoryStabilityTest {
    private static final int SEEDS = 5;
    private static final Duration HOURS = Duration.ofHours(3);

    @Test
    void state_ofASteadyProcess_isStableAfterTwoWindows() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed);
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, Duration.ofMinutes(20));
            assertThat(process.states).containsExactly(WARMING, SETTLING);

            process.run(monitor, Duration.ofMinutes(2));
            assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
            assertThat(monitor.snapshot().steady()).isPresent();

            process.run(monitor, HOURS);
            assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
        }
    }

    /** 1 MiB a minute; with a large heap a window's growth is within what is allowed, and six windows tell all the same. */
    @ParameterizedTest
    @CsvSource({"200, true", "600, false"})
    void state_ofASlowLeakInTheHeap_isSuspectAfterSixWindows(double live, boolean growing) {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).live(minutes -> live + minutes);
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, Duration.ofMinutes(60));
            assertThat(process.states).containsExactly(WARMING, SETTLING, growing ? GROWING : STABLE);

            process.run(monitor, Duration.ofMinutes(2));
            assertThat(monitor.snapshot().state()).isEqualTo(LEAK_SUSPECT);
            assertThat(monitor.snapshot().reason()).startsWith("the old generation after it was cleaned grew steadily");
            assertThat(monitor.snapshot().steady()).isEmpty();
            assertThat(monitor.snapshot().liveTrend().per(Duration.ofMinutes(1)))
                    .isCloseTo(MIB, within(0.3 * MIB));

            process.run(monitor, HOURS);
            assertThat(process.states).endsWith(LEAK_SUSPECT);
        }
    }

    @Test
    void state_ofASlowLeakOutsideTheHeap_isSuspectAfterSixWindows() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).outside(minutes -> 60 + minutes);
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, Duration.ofMinutes(62));

            assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE, LEAK_SUSPECT);
            assertThat(monitor.snapshot().reason()).startsWith("anonymous memory outside the heap grew steadily");
        }
    }

    /** The heap after collections of the young generation rises for most of the time, by 120 MiB. */
    @ParameterizedTest
    @ValueSource(doubles = {0.7, 1, 2, 3, 4.3, 6, 9, 11})
    void state_ofASawtooth_isStable(double period) {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).sawtooth(120, period);
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, HOURS);

            assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
        }
    }

    /** The first of long teeth touches heap that was not used before: memory does grow, once. */
    @ParameterizedTest
    @ValueSource(doubles = {15, 22, 31, 45, 70})
    void state_ofALongSawtooth_isStableAfterItsFirstTooth(double period) {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).sawtooth(200, period);
            process.run(process.monitor().build(), Duration.ofHours(8));

            assertThat(process.states)
                    .doesNotContain(LEAK_SUSPECT)
                    .endsWith(STABLE)
                    .hasSizeLessThanOrEqualTo(4);
        }
    }

    /** Where the JVM tells nothing of the old generation, teeth longer than a window look like growth for a while. */
    @ParameterizedTest
    @CsvSource({"0.7, STABLE", "2, STABLE", "3, STABLE", "6, ", "9, ", "15, ", "22, ", "40, "})
    void state_ofASawtoothOfAJvmThatTellsLess_isNeverSuspect(double period, MemoryState end) {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).sawtooth(120, period);
            process.tellsOfCleanings = false;
            process.run(process.monitor().build(), HOURS);

            assertThat(process.states).doesNotContain(LEAK_SUSPECT);
            if (end != null) {
                assertThat(process.states).containsExactly(WARMING, SETTLING, end);
            }
        }
    }

    @Test
    void state_ofASlowLeakOfAJvmThatTellsLess_isSuspectAllTheSame() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process =
                    new ScriptedProcess(seed).live(minutes -> 200 + minutes).sawtooth(10, 2);
            process.tellsOfCleanings = false;
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, Duration.ofMinutes(62));

            assertThat(process.states).containsExactly(WARMING, SETTLING, GROWING, LEAK_SUSPECT);
            assertThat(monitor.snapshot().reason()).startsWith("the heap after collections grew steadily");
        }
    }

    /** The old generation is hardly ever cleaned: what it holds is garbage for the most part, and the footprint decides. */
    @Test
    void state_withoutAnyCleaning_isToldByTheFootprint() {
        ScriptedProcess process = new ScriptedProcess(1).sawtooth(300, 10_000);
        MemoryMonitor monitor = process.monitor().build();
        process.run(monitor, HOURS);

        assertThat(monitor.snapshot().state()).isEqualTo(STABLE);
        assertThat(monitor.snapshot().reason()).contains("live heap unknown after fewer than 3 collections of it");
    }

    @Test
    void state_ofAStepAfter15Minutes_isStableAtTheNewLevel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).live(minutes -> minutes < 15 ? 200 : 300);
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, Duration.ofMinutes(45));

            assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
            assertThat(monitor.snapshot()
                                    .steady()
                                    .orElseThrow()
                                    .footprintBytes()
                                    .getAsLong()
                            / MIB)
                    .isCloseTo((long) process.footprintMib(20), within(5L));

            process.run(monitor, HOURS);
            assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 12, 20, 27, 31, 38, 44, 55, 61, 90})
    void state_ofAStepAtAnyTime_isNeverSuspect(int minute) {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).live(minutes -> minutes < minute ? 200 : 300);
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, Duration.ofMinutes(minute + 70));

            assertThat(process.states).doesNotContain(LEAK_SUSPECT).endsWith(STABLE);
        }
    }

    @Test
    void state_ofAnIdleProcess_isIdleStableUntilLoadComes() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScriptedProcess process = new ScriptedProcess(seed).idle();
            MemoryMonitor monitor = process.monitor().build();
            process.run(monitor, HOURS);
            assertThat(process.states).containsExactly(WARMING, SETTLING, IDLE_STABLE);

            process.calls(minutes -> 50);
            process.youngPeriod = 0.5;
            process.oldPeriod = 4;
            process.run(monitor, Duration.ofMinutes(60));
            assertThat(process.states).endsWith(STABLE).doesNotContain(LEAK_SUSPECT);
        }
    }

    @Test
    void state_ofAProcessWhoseCacheFills_growsThenIsStable() {
        ScriptedProcess process = new ScriptedProcess(1).live(minutes -> 200 + 5 * Math.min(minutes, 40));
        process.run(process.monitor().build(), Duration.ofMinutes(90));

        assertThat(process.states).containsExactly(WARMING, SETTLING, GROWING, STABLE);
    }

    @Test
    void state_whileMemoryFalls_isSettling() {
        ScriptedProcess process = new ScriptedProcess(1).outside(minutes -> 60 + Math.max(0, 240 - 4 * minutes));
        MemoryMonitor monitor = process.monitor().build();
        process.run(monitor, Duration.ofMinutes(50));
        assertThat(process.states).containsExactly(WARMING, SETTLING);
        assertThat(monitor.snapshot().reason()).startsWith("it is falling");

        process.run(monitor, Duration.ofMinutes(40));
        assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
    }

    @Test
    void state_whileClassesAreLoaded_isSettling() {
        ScriptedProcess process = new ScriptedProcess(1);
        process.classes = minutes -> 9_000 + 30 * Math.min(minutes, 60);
        MemoryMonitor monitor = process.monitor().build();
        process.run(monitor, Duration.ofMinutes(50));
        assertThat(process.states).containsExactly(WARMING, SETTLING);
        assertThat(monitor.snapshot().reason()).startsWith("classes are still being loaded");

        process.run(monitor, Duration.ofMinutes(50));
        assertThat(process.states).endsWith(STABLE);
    }

    @Test
    void state_underLoadWithoutCollections_isSettling() {
        ScriptedProcess process = new ScriptedProcess(1);
        process.youngPeriod = 200;
        process.oldPeriod = 1_000;
        MemoryMonitor monitor = process.monitor().build();
        process.run(monitor, Duration.ofMinutes(60));

        assertThat(process.states).containsExactly(WARMING, SETTLING);
        assertThat(monitor.snapshot().reason()).contains("too few collections");
    }

    /** One window that grows, and one that does not, change nothing. */
    @Test
    void state_afterOneOddWindow_staysWhatItWas() {
        ScriptedProcess process = new ScriptedProcess(1)
                .outside(minutes ->
                        60 + 4 * Math.max(0, Math.min(minutes, 50) - 42) - 4 * Math.max(0, Math.min(minutes, 58) - 52));
        process.run(process.monitor().build(), Duration.ofMinutes(120));

        assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
    }

    @Test
    void state_ofALeakThatWasMended_isStableAgain() {
        ScriptedProcess process = new ScriptedProcess(1).live(minutes -> 200 + Math.min(minutes, 100));
        process.run(process.monitor().build(), Duration.ofMinutes(180));

        assertThat(process.states).containsExactly(WARMING, SETTLING, GROWING, LEAK_SUSPECT, STABLE);
    }

    @Test
    void state_withoutAnyKernelFile_isToldByTheHeap() {
        ScriptedProcess process = new ScriptedProcess(1).unknownToTheKernel();
        MemoryMonitor monitor = process.monitor().build();
        process.run(monitor, Duration.ofMinutes(30));

        assertThat(monitor.snapshot().state()).isEqualTo(STABLE);
        assertThat(monitor.snapshot().reason()).contains("working set unknown");
        assertThat(monitor.snapshot().steady().orElseThrow().footprintBytes()).isEmpty();
    }

    /** A machine that was suspended gives no verdict on the time it slept. */
    @Test
    void state_afterAGap_isNotJudgedByIt() {
        ScriptedProcess process = new ScriptedProcess(1).live(minutes -> minutes < 100 ? 200 : 400);
        MemoryMonitor monitor = process.monitor().build();
        process.run(monitor, Duration.ofMinutes(54));
        process.ticker.advance(Duration.ofMinutes(300));
        process.run(monitor, Duration.ofMinutes(60));

        assertThat(process.states).containsExactly(WARMING, SETTLING, STABLE);
    }

    @Test
    void over_aWindowThatIsTooShort_isRefusedWithTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryStability.over(Duration.ofMinutes(2)))
                .withMessage("window must be between 3 minutes and 1 day: PT2M");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryStability.over(Duration.ofDays(2)))
                .withMessageContaining("PT48H");
    }

    @Test
    void trend_ofFewPoints_isNone() {
        assertThat(MemoryTrend.of(new long[] {}, new double[] {})).isEqualTo(MemoryTrend.NONE);
        assertThat(MemoryTrend.of(new long[] {5}, new double[] {5})).isEqualTo(MemoryTrend.NONE);
        assertThat(MemoryTrend.of(new long[] {5, 5}, new double[] {5, 9})).isEqualTo(MemoryTrend.NONE);
    }

    @Test
    void trend_ofALineWithOutliers_isItsSlope() {
        long second = 1_000_000_000L;
        long[] nanos = new long[30];
        double[] bytes = new double[30];
        for (int i = 0; i < 30; i++) {
            nanos[i] = Long.MAX_VALUE - 10 * second + i * second;
            bytes[i] = i % 7 == 3 ? 1e9 : 100 + i;
        }
        MemoryTrend trend = MemoryTrend.of(nanos, bytes);

        assertThat(trend.bytesPerHour()).isCloseTo(3_600, within(400.0));
        assertThat(trend.per(Duration.ofMinutes(1))).isCloseTo(60, within(7.0));
        assertThat(trend.lowerBytesPerHour()).isPositive().isLessThanOrEqualTo(trend.bytesPerHour());
        assertThat(trend.upperBytesPerHour()).isGreaterThanOrEqualTo(trend.bytesPerHour());
    }
}
