/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, and that a receiver as strict as Envoy reads the same in every form. */
class OrcaReportTest {
    private static final double[] ODD = {
        0,
        -0.0,
        1,
        -1,
        1 / 3.0,
        0.1 + 0.2,
        1e-7,
        1e-12,
        Double.MIN_VALUE,
        Double.MIN_NORMAL,
        9_999_999.5,
        12_345_678,
        1L << 53,
        (double) Long.MAX_VALUE,
        1e300,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -Double.MIN_VALUE
    };

    private static final OrcaReport PLAIN = report(0.75, Double.NaN, Double.NaN, 120, 1.5, Map.of());

    @Test
    void text_isAListOfNamesAndValues() {
        assertThat(report(0.75, Double.NaN, Double.NaN, 120, 1.5, Map.of("queue", 3.0))
                        .text())
                .isEqualTo("TEXT application_utilization:0.75,rps_fractional:120,eps:1.5,named_metrics.queue:3");
        assertThat(report(1.25, 0.5, 0.25, 10, 0, Map.of("b", 0.0, "a-1.x_y", 2.5))
                        .text())
                .isEqualTo(
                        "TEXT application_utilization:1.25,cpu_utilization:0.5,mem_utilization:0.25,rps_fractional:10,"
                                + "eps:0,named_metrics.a-1.x_y:2.5,named_metrics.b:0");
    }

    @Test
    void json_isThatOfProtobuf() {
        assertThat(PLAIN.json())
                .isEqualTo("JSON {\"application_utilization\":0.75,\"rps_fractional\":120,\"eps\":1.5}");
        assertThat(report(1.25, 0.5, 0.25, 10, 0, Map.of("queue", 3.0, "limit", 12.5))
                        .json())
                .isEqualTo("JSON {\"application_utilization\":1.25,\"cpu_utilization\":0.5,\"mem_utilization\":0.25,"
                        + "\"rps_fractional\":10,\"eps\":0,\"named_metrics\":{\"limit\":12.5,\"queue\":3}}");
    }

    @Test
    void base64_isTheMessage() {
        assertThat(PLAIN.base64()).isEqualTo("MQAAAAAAAF5AOQAAAAAAAPg/SQAAAAAAAOg/");
    }

    /** Byte for byte: fields by their numbers, no zeros but in the map, the map by name. */
    @Test
    void base64_isWhatGooglesLibraryWrites() {
        Map<String, Double> named = Map.of("zero", 0.0, "x".repeat(64), 7.0, "limit", 0.1);
        OrcaReport report = report(1.25, 0.5, 0.25, 10, 0, named);
        Map<String, Double> fields = Map.of(
                "application_utilization",
                1.25,
                "cpu_utilization",
                0.5,
                "mem_utilization",
                0.25,
                "rps_fractional",
                10.0);

        assertThat(Base64.getDecoder().decode(report.base64()))
                .isEqualTo(OrcaMessage.write(new OrcaFields(fields, named)));
    }

    @Test
    void figures_thatAreNone_areLeftOut() {
        OrcaReport odd = report(
                Double.NaN,
                Double.POSITIVE_INFINITY,
                -1,
                1e-300,
                Double.NEGATIVE_INFINITY,
                Map.of("a", Double.NaN, "b", -1.0, "c", Double.POSITIVE_INFINITY, "d", 1.0));

        assertThat(odd.text()).isEqualTo("TEXT rps_fractional:0,named_metrics.d:1");
    }

    @Test
    void figures_areTold_asExactlyAsTheyMatter() {
        assertThat(report(1 / 3.0, 1, 1.00001, 1234.5678, 0.00001234567, Map.of("bytes", 123_456_789_012.0))
                        .text())
                .isEqualTo(
                        "TEXT application_utilization:0.333333,cpu_utilization:1,mem_utilization:1,rps_fractional:1234.57,"
                                + "eps:1.23457E-5,named_metrics.bytes:123456789012");
    }

    @Test
    void allForms_ofOddFigures_areReadAlike() {
        for (double value : ODD) {
            assertReadAlike(report(value, value, value, value, value, Map.of("a", value, "queue", 1.0)));
        }
    }

    @RepeatedTest(20)
    void allForms_ofAnything_areReadAlike(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        DoubleSupplier any = () -> switch (random.nextInt(4)) {
            case 0 -> ODD[random.nextInt(ODD.length)];
            case 1 -> Double.longBitsToDouble(random.nextLong());
            case 2 -> random.nextInt(1000);
            default -> random.nextDouble() * Math.pow(10, random.nextInt(12) - 4);
        };
        for (int i = 0; i < 200; i++) {
            Map<String, Double> named = new HashMap<>();
            for (int metrics = random.nextInt(14); metrics > 0; metrics--) {
                named.put("m" + random.nextInt(1000), any.getAsDouble());
            }
            assertReadAlike(report(
                    any.getAsDouble(),
                    any.getAsDouble(),
                    any.getAsDouble(),
                    any.getAsDouble(),
                    any.getAsDouble(),
                    named));
        }
    }

    /** Containers refuse more than 8 KB of headers. */
    @Test
    void largestReport_isNoBurden() {
        Map<String, Double> named = new HashMap<>();
        for (int i = 0; i < 13; i++) {
            named.put("m".repeat(62) + (i + 10), Math.PI * 1e-5);
        }
        OrcaReport report = report(Math.PI, Math.PI, Math.PI, Math.PI, Math.PI, named);
        assertThat(report.text()).hasSizeLessThan(1_500);
        assertThat(report.json()).hasSizeLessThan(1_500);
        assertThat(report.base64()).hasSizeLessThan(1_500);
        assertReadAlike(report);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TEXT",
                "text eps:1",
                "XML <eps/>",
                "TEXT eps:NaN",
                "TEXT eps:inf",
                "TEXT eps:1e400",
                "TEXT eps=1",
                "TEXT eps",
                "TEXT eps:",
                "TEXT :1",
                "TEXT eps:one",
                "TEXT eps:1d",
                "TEXT eps:0x1p3",
                "TEXT eps:\"1\"",
                "TEXT eps:1,eps:1",
                "TEXT eps:1:2",
                "TEXT queue:1",
                "TEXT named_metrics.:1",
                "TEXT named_metrics.a:1,named_metrics.a:2",
                "JSON eps:1",
                "JSON {\"eps\":1,}",
                "JSON {\"eps\":NaN}",
                "JSON {\"queue\":1}",
                "JSON {\"eps\":1,\"eps\":2}",
                "JSON {\"named_metrics\":1}",
                "BIN ",
                "BIN MQAAAAAAAF5AO",
                "BIN OQAAAAAAAPg",
                "BIN not base64!!"
            })
    void receiver_refusesWhatEnvoyRefuses(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnvoyOrcaParser.parse(Map.of("endpoint-load-metrics", value)));
    }

    @Test
    void receiver_takesTheBinaryHeaderFirst() {
        OrcaFields fields = EnvoyOrcaParser.parse(
                Map.of("endpoint-load-metrics", "TEXT eps:7", "endpoint-load-metrics-bin", PLAIN.base64()));
        assertThat(fields.eps()).isEqualTo(1.5);
    }

    private static void assertReadAlike(OrcaReport report) {
        OrcaFields text = EnvoyOrcaParser.parse(Map.of("endpoint-load-metrics", report.text()));
        assertThat(EnvoyOrcaParser.parse(Map.of("endpoint-load-metrics", report.json())))
                .isEqualTo(text);
        assertThat(OrcaMessage.parse(Base64.getDecoder().decode(report.base64())))
                .isEqualTo(text);
        assertThat(text.fields().values()).allMatch(value -> value >= 0);
        assertThat(text.field("mem_utilization")).isBetween(0.0, 1.0);
        assertThat(text.named()).isEqualTo(report.namedMetrics());
        assertThat(report.text()).matches(Pattern.compile("[!-~ ]+"));
    }

    private static OrcaReport report(
            double load, double cpu, double memory, double rps, double eps, Map<String, Double> named) {
        return new OrcaReport(load, cpu, memory, rps, eps, named);
    }
}
