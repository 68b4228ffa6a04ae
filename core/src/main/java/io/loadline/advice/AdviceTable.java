/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import java.util.Locale;
import java.util.OptionalLong;

/** Writes a report as a table for logs. Stateless. */
final class AdviceTable {
    private AdviceTable() {}

    static String of(MemoryReport report) {
        SizingAdvice advice = report.advice();
        StringBuilder out = new StringBuilder(1_024);
        line(
                out,
                "%s: memory %s for %d min, confidence of the advice %s",
                report.name(),
                report.memory().state(),
                report.memory().inState().toMinutes(),
                advice.confidence());
        line(out, "  %s", advice.reason());
        for (SizingAdvice.Part part : advice.parts()) {
            line(out, "  %-16s %10s  %s", part.name(), mib(OptionalLong.of(part.bytes())), part.basis());
        }
        line(
                out,
                "  %-16s %10s  at most %s, peak footprint of the start %s",
                "steady",
                mib(advice.steadyBytes()),
                mib(advice.mostBytes()),
                mib(advice.startupPeakBytes()));
        line(out, "  %-16s %10s", "request", mib(advice.requestBytes()));
        line(
                out,
                "  %-16s %10s  now %s",
                "limit",
                mib(advice.limitBytes()),
                mib(report.memory().reading().limitBytes()));
        if (advice.maxRamPercentage().isPresent()) {
            line(
                    out,
                    "  %-16s %10s  -XX:MaxRAMPercentage=%.1f",
                    "heap",
                    mib(advice.heapBytes()),
                    advice.maxRamPercentage().getAsDouble());
        }
        for (Checklist.Item item : report.checklist().items()) {
            line(
                    out,
                    "  %-7s %s %s%s",
                    item.answer().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    item.question().text(),
                    item.figures(),
                    item.whatToDo().isEmpty() ? "" : " -> " + item.whatToDo());
        }
        advice.hints().forEach(hint -> line(out, "  ! %s", hint.text()));
        return out.toString();
    }

    private static void line(StringBuilder out, String template, Object... values) {
        if (out.length() > 0) {
            out.append('\n');
        }
        out.append(String.format(Locale.ROOT, template, values));
    }

    private static String mib(OptionalLong bytes) {
        return bytes.isEmpty() ? "unknown" : Math.round(bytes.getAsLong() / (double) (1 << 20)) + " MiB";
    }
}
