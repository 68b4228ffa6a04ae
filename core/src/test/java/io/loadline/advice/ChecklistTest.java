/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import static io.loadline.advice.AdvisedProcess.MIB;
import static io.loadline.advice.Checklist.Answer.NO;
import static io.loadline.advice.Checklist.Answer.NOT_YET;
import static io.loadline.advice.Checklist.Answer.YES;
import static io.loadline.advice.Checklist.Question.LIMIT;
import static io.loadline.advice.Checklist.Question.REQUEST;
import static io.loadline.advice.Checklist.Question.SCALING;
import static io.loadline.advice.Checklist.Question.STABILISES;
import static io.loadline.advice.Checklist.Question.STARTUP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.LogCapture;
import io.loadline.memory.ScriptedProcess;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecklistTest {
    private static final Duration LONG = Duration.ofMinutes(85);

    @Test
    void answers_beforeAnythingIsKnown_areNotYet() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.run(Duration.ofMinutes(3));

        assertThat(advised.advisor().report().checklist().items())
                .hasSize(5)
                .allMatch(item -> item.answer() == NOT_YET)
                .allMatch(item -> !item.figures().isBlank() && !item.whatToDo().isBlank());
    }

    @Test
    void stabilises_isWhatTheStateSays() {
        assertThat(new AdvisedProcess(new ScriptedProcess(1))
                        .run(LONG)
                        .item(STABILISES)
                        .answer())
                .isEqualTo(YES);
        assertThat(new AdvisedProcess(new ScriptedProcess(1).live(minutes -> 200 + minutes))
                        .run(LONG)
                        .item(STABILISES)
                        .answer())
                .isEqualTo(NO);
        assertThat(new AdvisedProcess(new ScriptedProcess(1).idle())
                        .run(LONG)
                        .item(STABILISES)
                        .answer())
                .isEqualTo(NOT_YET);
    }

    @Test
    void startup_comparesThePeakWithTheSteadyUse() {
        AdvisedProcess controlled = new AdvisedProcess(new ScriptedProcess(1));
        assertThat(controlled.run(LONG).item(STARTUP).answer()).isEqualTo(YES);

        AdvisedProcess spike = new AdvisedProcess(new ScriptedProcess(1));
        spike.startup = new StartupFigures(
                OptionalLong.of(900 * MIB), List.of(new StartupFigures.Stage("price list", 300 * MIB)));
        assertThat(spike.run(LONG).item(STARTUP).answer()).isEqualTo(NO);
        assertThat(spike.item(STARTUP).whatToDo()).isEqualTo("defer or bound price list (300 MiB per replica)");

        AdvisedProcess unnamed = new AdvisedProcess(new ScriptedProcess(1));
        unnamed.startup = new StartupFigures(OptionalLong.of(900 * MIB), List.of());
        assertThat(unnamed.run(LONG).item(STARTUP).whatToDo())
                .startsWith("move what the start loads into startup stages");
    }

    @ParameterizedTest
    @CsvSource({"430, YES", "480, YES", "200, NO", "900, NO"})
    void request_isComparedWithWhatIsAdvised(long mib, Checklist.Answer answer) {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.environment.put(MemoryAdvisor.REQUEST_VARIABLE, answer == YES ? mib + "Mi" : mib * MIB + "\n");

        assertThat(advised.run(LONG).item(REQUEST).answer())
                .as(advised.item(REQUEST).figures())
                .isEqualTo(answer);
    }

    @Test
    void request_thatNobodyToldOf_isNotYet() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));

        assertThat(advised.run(LONG).item(REQUEST).answer()).isEqualTo(NOT_YET);
        assertThat(advised.item(REQUEST).whatToDo()).contains("LOADLINE_MEMORY_REQUEST");
    }

    @ParameterizedTest
    @CsvSource({"much", "-5", "''", "99999999999999999999", "0"})
    void request_thatIsNoSize_isLeftOutWithAWarning(String value) {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.environment.put(MemoryAdvisor.REQUEST_VARIABLE, value);
        try (LogCapture log = LogCapture.of(MemoryAdvisor.class)) {
            assertThat(advised.run(Duration.ofMinutes(2)).item(REQUEST).figures())
                    .startsWith("request unknown");
            assertThat(log.warnings().size()).isEqualTo(value.equals("0") ? 0 : 1);
        }
    }

    @Test
    void request_ofTheBuilder_goesBeforeTheEnvironment() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.environment.put(MemoryAdvisor.REQUEST_VARIABLE, "1");
        assertThat(advised.advisor(builder -> builder.request("430Mi"))).isNotNull();

        assertThat(advised.run(LONG).item(REQUEST).answer()).isEqualTo(YES);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryAdvisor.builder("x", advised.monitor, advised.signal)
                        .requestBytes(0))
                .withMessage("requestBytes must be positive: 0");
    }

    @ParameterizedTest
    @CsvSource({"520, YES", "600, YES", "400, NO", "2000, NO"})
    void limit_isComparedWithWhatIsAdvised(long mib, Checklist.Answer answer) {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).limit(OptionalLong.of(mib * MIB)));

        assertThat(advised.run(LONG).item(LIMIT).answer())
                .as(advised.item(LIMIT).figures())
                .isEqualTo(answer);
    }

    @Test
    void limit_thatIsMissing_isNoAndWhereItCannotBeReadNotYet() {
        AdvisedProcess without = new AdvisedProcess(new ScriptedProcess(1).limit(OptionalLong.empty()));
        assertThat(without.run(Duration.ofSeconds(30)).item(LIMIT).answer()).isEqualTo(NO);
        assertThat(without.item(LIMIT).whatToDo())
                .startsWith("set one, ")
                .endsWith("how large is told when memory is stable");
        assertThat(without.run(LONG).item(LIMIT).answer()).isEqualTo(NO);
        assertThat(without.item(LIMIT).whatToDo()).startsWith("set it to ");

        AdvisedProcess unknown = new AdvisedProcess(new ScriptedProcess(1).unknownToTheKernel());
        assertThat(unknown.run(LONG).item(LIMIT).answer()).isEqualTo(NOT_YET);
    }

    @Test
    void scaling_asksWhetherAnybodyReadsTheLoad() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.run(Duration.ofMinutes(2));
        assertThat(advised.item(SCALING).answer()).isEqualTo(NOT_YET);

        assertThat(advised.availability.ready("")).isTrue();
        advised.run(Duration.ofMinutes(2));
        assertThat(advised.item(SCALING).answer()).isEqualTo(NOT_YET);
        assertThat(advised.item(SCALING).figures()).isEqualTo("nobody reads the load");

        // The snapshot that tells for how long it has been ready is a run of the clock behind.
        advised.run(Duration.ofMinutes(6)).run(Duration.ofMinutes(1));
        assertThat(advised.item(SCALING).answer()).isEqualTo(NO);

        assertThat(advised.signal.load()).isNotNegative();
        advised.run(Duration.ofMinutes(1));
        assertThat(advised.item(SCALING).answer()).isEqualTo(YES);

        advised.run(Duration.ofMinutes(6));
        assertThat(advised.item(SCALING).answer()).isEqualTo(NO);
    }
}
