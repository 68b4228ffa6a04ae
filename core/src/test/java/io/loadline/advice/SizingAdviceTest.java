/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import static io.loadline.advice.AdvisedProcess.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.advice.SizingAdvice.Hint;
import io.loadline.memory.JvmFlags;
import io.loadline.memory.ScriptedProcess;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Advice for scripted processes, in virtual time. */
class SizingAdviceTest {
    private static final Duration LONG = Duration.ofMinutes(85);

    /** The bar: what is advised rests on a steady use that is right within 10 %, and the request covers it. */
    @ParameterizedTest
    @CsvSource({
        "40, 50, 20, 3, 1",
        "200, 60, 40, 4, 2",
        "200, 60, 120, 2, 3",
        "600, 200, 150, 7, 4",
        "60, 400, 10, 1, 5",
        "1500, 300, 400, 12, 6",
        "200, 60, 0, 4, 7",
        "25, 30, 5, 4, 8"
    })
    void steadyUse_isRightWithinTenPercent(double live, double outside, double garbage, double period, long seed) {
        ScriptedProcess process = new ScriptedProcess(seed)
                .live(minutes -> live)
                .outside(minutes -> outside)
                .sawtooth(garbage, period)
                .limit(OptionalLong.of(4_096 * MIB));
        SizingAdvice advice = new AdvisedProcess(process).run(LONG).advice();
        double truth = process.footprintMib(60) * MIB;

        assertThat(advice.confidence()).isEqualTo(Confidence.HIGH);
        assertThat(advice.steadyBytes().getAsLong() / truth).isBetween(0.9, 1.1);
        assertThat(advice.requestBytes().getAsLong() / truth).isBetween(1.0, 1.2);
        assertThat(advice.limitBytes().getAsLong())
                .isGreaterThanOrEqualTo(advice.requestBytes().getAsLong());
        assertHeapFits(advice);
    }

    private static void assertHeapFits(SizingAdvice advice) {
        long outside = advice.parts().stream()
                .skip(1)
                .mapToLong(SizingAdvice.Part::bytes)
                .sum();
        long limit = advice.limitBytes().getAsLong();
        double heap = limit * advice.maxRamPercentage().getAsDouble() / 100;
        assertThat(heap + outside).isLessThanOrEqualTo((double) limit);
        assertThat(heap).isCloseTo((double) advice.heapBytes().getAsLong(), within(limit * 0.001 + 1));
    }

    @Test
    void parts_areWhatTheProcessConsistsOf() {
        SizingAdvice advice = new AdvisedProcess(new ScriptedProcess(1).sawtooth(0, 4))
                .run(LONG)
                .advice();

        assertThat(advice.parts())
                .extracting(SizingAdvice.Part::name)
                .containsExactly("heap", "metaspace", "code cache", "direct buffers", "threads", "native rest");
        assertThat(advice.parts().get(0).bytes()).isBetween(235 * MIB, 260 * MIB);
        assertThat(advice.parts().get(1).bytes()).isEqualTo(55 * MIB);
        // What is not resident of the committed heap (2 %), and the stacks, are in what the script calls outside.
        assertThat(advice.parts().get(5).bytes()).isBetween(48 * MIB, 60 * MIB);
    }

    @Test
    void advice_withoutAnyKernelFile_addsThePartsUp() {
        ScriptedProcess process = new ScriptedProcess(1).unknownToTheKernel();
        SizingAdvice advice = new AdvisedProcess(process).run(LONG).advice();

        assertThat(advice.confidence()).isEqualTo(Confidence.LOW);
        assertThat(advice.reason()).contains("the kernel tells nothing here");
        assertThat(advice.steadyBytes().getAsLong() / (process.footprintMib(60) * MIB))
                .isBetween(0.85, 1.1);
    }

    @Test
    void advice_whileNothingIsKnown_isNone() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.run(Duration.ofSeconds(30));
        assertNone(advised.advice(), "the start is not over");

        advised.run(Duration.ofMinutes(15));
        assertNone(advised.advice(), "");
    }

    @Test
    void advice_onSuspicionOfALeak_isNone() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).live(minutes -> 200 + minutes));
        advised.run(Duration.ofMinutes(40));
        assertNone(advised.advice(), "memory grows: ");

        advised.run(Duration.ofMinutes(60));
        assertNone(advised.advice(), "there is the suspicion of a leak: the old generation");
        assertThat(advised.advisor().report().yaml())
                .contains("There is no advice yet")
                .doesNotContain("kind:");
    }

    private static void assertNone(SizingAdvice advice, String reason) {
        assertThat(advice.confidence()).isEqualTo(Confidence.NONE);
        assertThat(advice.reason()).startsWith(reason);
        assertThat(advice.requestBytes()).isEmpty();
        assertThat(advice.limitBytes()).isEmpty();
        assertThat(advice.heapBytes()).isEmpty();
        assertThat(advice.maxRamPercentage()).isEmpty();
        assertThat(advice.parts()).isEmpty();
    }

    @Test
    void confidence_growsWithTimeCollectionsAndLoad() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        try (LogCapture log = LogCapture.of(MemoryAdvisor.class)) {
            advised.run(Duration.ofMinutes(22));
            assertThat(advised.advice().confidence()).isEqualTo(Confidence.MEDIUM);
            assertThat(advised.advice().reason())
                    .endsWith("; HIGH takes 60 min, 10 collections, load in 50 % of the time");
            advised.run(Duration.ofMinutes(60));
            assertThat(advised.advice().confidence()).isEqualTo(Confidence.HIGH);
            advised.run(Duration.ofMinutes(60));

            assertThat(log.messages()).hasSize(2).allMatch(table -> table.contains("-XX:MaxRAMPercentage="));
        }
    }

    @Test
    void confidence_afterAShortTime_isLowAndTellsWhatIsMissing() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1), Duration.ofMinutes(3));

        assertThat(advised.run(Duration.ofMinutes(14)).advice().confidence()).isEqualTo(Confidence.LOW);
        assertThat(advised.advice().reason())
                .startsWith("stable for ")
                .endsWith("; MEDIUM takes 20 min, 5 collections, load in 20 % of the time");
    }

    @Test
    void confidence_withoutLoad_isLow() {
        SizingAdvice advice =
                new AdvisedProcess(new ScriptedProcess(1).idle()).run(LONG).advice();

        assertThat(advice.confidence()).isEqualTo(Confidence.LOW);
        assertThat(advice.reason()).endsWith("under load it will need more");
        assertThat(advice.requestBytes()).isPresent();
    }

    @Test
    void limit_coversThePeakOfTheStart() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.startup = new StartupFigures(
                OptionalLong.of(900 * MIB),
                List.of(
                        new StartupFigures.Stage("warm-up", 90 * MIB),
                        new StartupFigures.Stage("cache", 430 * MIB),
                        new StartupFigures.Stage("nothing", 0),
                        new StartupFigures.Stage("all", 9_000 * MIB)));
        SizingAdvice advice = advised.run(LONG).advice();

        assertThat(advice.limitBytes()).hasValue(990 * MIB);
        assertThat(advice.requestBytes().getAsLong()).isLessThan(500 * MIB);
        assertThat(advice.savings()).extracting(SizingAdvice.Saving::stage).containsExactly("all", "cache", "warm-up");
        assertThat(advice.savings().get(0).bytesPerReplica())
                .isEqualTo(900 * MIB - advice.steadyBytes().getAsLong());
        assertThat(advice.savings().get(1).bytesPerReplica()).isEqualTo(430 * MIB);
        assertHeapFits(advice);
    }

    @Test
    void savings_ofAControlledStart_areNone() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.startup =
                new StartupFigures(OptionalLong.of(420 * MIB), List.of(new StartupFigures.Stage("cache", 100 * MIB)));

        assertThat(advised.run(LONG).advice().savings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "G1, 4, 200, Serial",
        "G1, 4, 900, G1",
        "G1, 1.5, 900, Serial",
        "Serial, 4, 900, G1",
        "Parallel, 4, 900, Parallel",
        "Z, 1, 200, Z",
        "Shenandoah, 4, 200, Shenandoah",
        "unknown, 1, 20, unknown"
    })
    void collector_fitsHeapAndCpus(String present, double cpus, double live, String advised) {
        AdvisedProcess process = new AdvisedProcess(new ScriptedProcess(1).live(minutes -> live));
        process.flags = AdvisedProcess.flags(present);
        process.cpus = cpus;
        SizingAdvice advice = process.run(LONG).advice();

        assertThat(advice.collector()).isEqualTo(advised);
        assertThat(advice.hints().stream().anyMatch(hint -> hint.code().equals("collector")))
                .isEqualTo(!present.equals(advised));
        assertThat(process.advisor().report().yaml().lines())
                .filteredOn(line -> line.contains("value: \"-XX:MaxRAMPercentage="))
                .singleElement()
                .as("no collector that was not measured")
                .satisfies(line -> assertThat(line.contains("-XX:+Use" + present + "GC"))
                        .isEqualTo(present.equals(advised) && !present.equals("unknown")))
                .satisfies(line -> assertThat(line.contains("-XX:+Use" + advised + "GC"))
                        .isEqualTo(present.equals(advised) && !present.equals("unknown")));
    }

    /** Serial would keep the peak of the start for good. */
    @Test
    void collector_afterALargeStart_isOneThatGivesMemoryBack() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.startup = new StartupFigures(OptionalLong.of(900 * MIB), List.of());
        SizingAdvice advice = advised.run(LONG).advice();

        assertThat(advice.collector()).isEqualTo("G1");
        assertThat(codes(advice)).containsExactly("free-ratio");
    }

    /** Whatever collector is advised: another one would keep other amounts. */
    @Test
    void hints_onMemoryThatIsKept_areAboutTheCollectorThatRuns() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.cpus = 1;
        advised.startup = new StartupFigures(OptionalLong.of(900 * MIB), List.of());
        SizingAdvice advice = advised.run(LONG).advice();

        assertThat(advice.collector()).isEqualTo("Serial");
        assertThat(codes(advice)).contains("free-ratio", "collector").doesNotContain("keeps-peak");
        assertThat(advised.advisor().report().yaml()).contains("-XX:MaxHeapFreeRatio=20\"\n");
    }

    @Test
    void hints_ofAWellSetUpProcess_areNone() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).live(minutes -> 900));
        advised.flags = new JvmFlags(
                "G1",
                OptionalLong.of(64 * MIB),
                OptionalLong.of(2_048 * MIB),
                false,
                OptionalDouble.of(0.1),
                OptionalDouble.of(0.2),
                OptionalLong.of(0),
                false,
                true);

        assertThat(advised.run(LONG).advice().hints()).isEmpty();
    }

    @Test
    void hints_tellOfFlagsThatRaiseOrKeepMemory() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.flags = new JvmFlags(
                "G1",
                OptionalLong.of(512 * MIB),
                OptionalLong.of(512 * MIB),
                true,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                true,
                false);

        assertThat(codes(advised.run(Duration.ofSeconds(5)).advice()))
                .as("even before there is advice")
                .containsExactly("pre-touch", "fixed-heap", "exit-on-oom");
        assertThat(advised.advice().hints().get(1).text())
                .startsWith("the initial heap is as large as -Xmx (512 MiB)")
                .endsWith("set a smaller -Xms");
    }

    /** A limit that rests on a percentage which has no effect would be one that kills. */
    @Test
    void hints_onAMaximumThatWasGiven_sayThatThePercentageIsVoid() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1)
                .live(minutes -> 40)
                .outside(minutes -> 60)
                .sawtooth(20, 3));
        advised.flags = given(advised.flags);
        SizingAdvice advice = advised.run(LONG).advice();
        long limit = advice.limitBytes().getAsLong() / MIB;

        assertThat(limit).isLessThan(512);
        assertThat(advice.hints())
                .filteredOn(hint -> hint.code().equals("max-heap"))
                .singleElement()
                .extracting(Hint::text)
                .asString()
                .startsWith("-Xmx (512 MiB) makes -XX:MaxRAMPercentage void: remove it. With it the heap does not fit"
                        + " into the advised limit of " + limit + " MiB beside ");
        assertThat(advised.advisor().report().yaml())
                .contains("name: JAVA_TOOL_OPTIONS # add yours, without -Xmx: it makes the percentage void\n");
    }

    @Test
    void hints_onAMaximumThatFits_sayOnlyThatThePercentageIsVoid() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).live(minutes -> 450));
        advised.startup = new StartupFigures(OptionalLong.of(900 * MIB), List.of());
        advised.flags = given(advised.flags);

        assertThat(advised.run(LONG).advice().hints())
                .contains(new Hint("max-heap", "-Xmx (512 MiB) makes -XX:MaxRAMPercentage void: remove it"));
    }

    private static JvmFlags given(JvmFlags flags) {
        return new JvmFlags(
                flags.collector(),
                flags.initialHeapBytes(),
                flags.maxHeapBytes(),
                true,
                flags.minHeapFreeRatio(),
                flags.maxHeapFreeRatio(),
                flags.maxDirectBytes(),
                flags.alwaysPreTouch(),
                flags.exitOnOutOfMemory());
    }

    @Test
    void hints_onNativeMemoryThatNobodyCounts_nameTheAllocatorUnlessItWasTried() {
        AdvisedProcess plain = new AdvisedProcess(new ScriptedProcess(1).outside(minutes -> 300));
        assertThat(codes(plain.run(LONG).advice())).contains("arenas");
        assertThat(plain.advisor().report().yaml()).contains("name: MALLOC_ARENA_MAX\n");

        AdvisedProcess tried = new AdvisedProcess(new ScriptedProcess(1).outside(minutes -> 300));
        tried.environment.put("LD_PRELOAD", "/usr/lib/libjemalloc.so.2");
        assertThat(codes(tried.run(LONG).advice())).contains("native-rest").doesNotContain("arenas");
        assertThat(tried.advisor().report().yaml()).doesNotContain("MALLOC_ARENA_MAX\n");
    }

    @Test
    void hints_onAHeapThatDoesNotFitItsLimit_sayWhoKills() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).limit(OptionalLong.of(550 * MIB)));

        assertThat(codes(advised.run(LONG).advice())).contains("heap-beyond-limit");
    }

    /** 512 MiB of heap and 83 of metaspace, code and buffers would fit. */
    @Test
    void hints_onAHeapThatFitsButForTheNativeRest_sayItToo() {
        AdvisedProcess advised = new AdvisedProcess(
                new ScriptedProcess(1).outside(minutes -> 150).limit(OptionalLong.of(650 * MIB)));

        assertThat(advised.run(LONG).advice().hints())
                .filteredOn(hint -> hint.code().equals("heap-beyond-limit"))
                .singleElement()
                .extracting(Hint::text)
                .asString()
                .startsWith("the heap may grow to 512 MiB, which does not fit into the limit of 650 MiB beside 2")
                .contains(" MiB outside it: ");
    }

    @Test
    void hints_whereTheHeapIsNearlyFull_sayIt() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).live(minutes -> 450));

        assertThat(codes(advised.run(LONG).advice())).contains("heap-tight");
    }

    @Test
    void hints_ofASmallContainer_nameTheOtherPercentage() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1)
                .live(minutes -> 10)
                .outside(minutes -> 10)
                .sawtooth(5, 4));
        SizingAdvice advice = advised.run(LONG).advice();

        assertThat(codes(advice)).contains("small");
        assertThat(advised.advisor().report().yaml()).contains("-XX:MinRAMPercentage=");
    }

    private static List<String> codes(SizingAdvice advice) {
        return advice.hints().stream().map(Hint::code).toList();
    }
}
