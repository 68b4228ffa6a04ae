/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import static io.loadline.advice.AdvisedProcess.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.memory.ScriptedProcess;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What goes outward. */
class MemoryReportTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(85);

    @Test
    void json_ofAnUnknownWorld_hasNulls() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1).unknownToTheKernel());
        advised.run(Duration.ofMinutes(2));
        MemoryReport report = advised.advisor().report();

        JsonNode memory = JSON.readTree(report.memoryJson());
        assertThat(memory.get("state").asString()).isEqualTo("SETTLING");
        assertThat(memory.get("reading").get("limitBytes").isNull()).isTrue();
        assertThat(memory.get("reading").get("heapUsedBytes").longValue()).isPositive();
        JsonNode advice = JSON.readTree(report.adviceJson());
        assertThat(advice.get("confidence").asString()).isEqualTo("NONE");
        assertThat(advice.get("requestBytes").isNull()).isTrue();
        assertThat(advice.get("maxRamPercentage").isNull()).isTrue();
        assertThat(advice.get("checklist")).hasSize(5);
    }

    @Test
    void json_ofAStableProcess_hasTheFiguresOfTheAdvice() {
        AdvisedProcess advised = spiky();
        MemoryReport report = advised.advisor().report();

        JsonNode memory = JSON.readTree(report.memoryJson());
        assertThat(memory.get("state").asString()).isEqualTo("STABLE");
        assertThat(memory.get("reading").get("limitBytes").longValue()).isEqualTo(1_024 * MIB);
        assertThat(memory.get("footprintTrend").get("bytesPerHour").isNumber()).isTrue();
        JsonNode advice = JSON.readTree(report.adviceJson());
        assertThat(advice.get("requestBytes").longValue())
                .isEqualTo(report.advice().requestBytes().getAsLong());
        assertThat(advice.get("parts")).hasSize(6);
        assertThat(advice.get("parts").get(0).get("name").asString()).isEqualTo("heap");
        assertThat(advice.get("savings").get(0).get("stage").asString()).isEqualTo("cache");
        assertThat(advice.get("checklist").get(0).get("answer").asString()).isEqualTo("YES");
        assertThat(advice.get("checklist").get(1).get("question").asString())
                .isEqualTo("Are startup allocations controlled?");
    }

    @Test
    void yaml_holdsResourcesFlagsAndTheBoundsOfAVerticalAutoscaler() {
        MemoryReport report = spiky().advisor().report();
        long request = report.advice().requestBytes().getAsLong() / MIB;
        long limit = report.advice().limitBytes().getAsLong() / MIB;

        assertThat(report.yaml())
                .startsWith("# Memory advice of Loadline for checkout, confidence HIGH\n# stable for ")
                .contains("            requests:\n              memory: " + request + "Mi\n")
                .contains("            limits:\n              memory: " + limit + "Mi\n")
                .contains("value: \"-XX:MaxRAMPercentage="
                        + report.advice().maxRamPercentage().getAsDouble())
                .contains("controlledValues: RequestsOnly\n")
                .contains("        minAllowed:\n          memory: " + request + "Mi\n")
                .contains("        maxAllowed:\n          memory: " + limit + "Mi\n")
                .doesNotContain("\t");
    }

    /** The name comes from configuration: it must neither break the text out of its comment nor be a wrong name. */
    @Test
    void yaml_ofAHostileName_staysYaml() {
        MemoryReport report = spiky().advisor().report();
        MemoryReport hostile = new MemoryReport(
                "-Shop \"\n  evil: true #" + "x".repeat(80), report.memory(), report.advice(), report.checklist());

        assertThat(hostile.yaml().lines().filter(line -> !line.startsWith("#")))
                .noneMatch(line -> line.contains("evil:"));
        assertThat(hostile.yaml().lines().filter(line -> line.startsWith("  name: ")))
                .hasSize(2)
                .allMatch(line -> line.matches("  name: \"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\""));
        assertThat(JSON.readTree(hostile.adviceJson()).get("name").asString()).startsWith("-Shop \"\n");
    }

    @Test
    void table_answersTheFiveQuestions() {
        String table = spiky().advisor().report().table();

        assertThat(table)
                .startsWith("checkout: memory STABLE for ")
                .contains("\n  steady ", "\n  request ", "\n  limit ", "now 1024 MiB", "-XX:MaxRAMPercentage=")
                .contains("peak footprint of the start 800 MiB")
                .contains("\n  yes     Does memory stabilise after startup?")
                .contains("\n  no      Are startup allocations controlled?")
                .contains("\n  not yet Are we scaling on the right signals?");
        assertThat(table.lines()).hasSizeLessThan(25);
    }

    private static AdvisedProcess spiky() {
        AdvisedProcess advised = new AdvisedProcess(new ScriptedProcess(1));
        advised.startup =
                new StartupFigures(OptionalLong.of(800 * MIB), List.of(new StartupFigures.Stage("cache", 350 * MIB)));
        return advised.run(LONG);
    }
}
