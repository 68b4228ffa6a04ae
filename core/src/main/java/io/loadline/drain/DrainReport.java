/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The words for the end of a drain. Stateless. */
final class DrainReport {
    private static final int MOST_CALLS = 5;

    private DrainReport() {}

    /** One line for the log. */
    static String of(DrainResult result, long refused) {
        StringBuilder line = new StringBuilder(200)
                .append("Drain: ")
                .append(result.outcome())
                .append(" after ")
                .append(result.total().toMillis())
                .append(" ms ")
                .append(millis(result.elapsed()))
                .append(", ")
                .append(result.remainingInFlight())
                .append(" in flight, ")
                .append(refused)
                .append(" refused");
        List<UnfinishedCall> calls = result.unfinished();
        if (!calls.isEmpty()) {
            List<String> told = new ArrayList<>();
            calls.stream().limit(MOST_CALLS).forEach(call -> told.add(describe(call)));
            line.append("; oldest: ").append(String.join(", ", told));
        }
        List<String> participants = result.participants().stream()
                .filter(each -> each.state() != ParticipantResult.State.FINISHED)
                .map(DrainReport::describe)
                .toList();
        if (!participants.isEmpty()) {
            line.append("; participants: ").append(String.join(", ", participants));
        }
        return line.toString();
    }

    static Map<DrainPhase, Long> millis(Map<DrainPhase, Duration> durations) {
        Map<DrainPhase, Long> millis = new EnumMap<>(DrainPhase.class);
        durations.forEach((each, duration) -> millis.put(each, duration.toMillis()));
        return millis;
    }

    private static String describe(UnfinishedCall call) {
        String thread = call.thread() == null ? "" : " in " + call.thread();
        return call.route() + (call.longLived() ? " (long-lived)" : "") + thread + " for "
                + call.age().toMillis() + " ms";
    }

    private static String describe(ParticipantResult participant) {
        String detail = participant.detail() == null ? "" : ": " + participant.detail();
        String active = participant.active().isEmpty() ? "" : " " + participant.active();
        return "'" + participant.name() + "' " + participant.state() + " after "
                + participant.elapsed().toMillis() + " ms" + active + detail;
    }
}
