/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.internal.JsonWriter;
import io.loadline.startup.StageReport;
import io.loadline.startup.StartupReport;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /loadline/startup} tells. Immutable.
 *
 * @param begun whether the start has begun
 * @param ended whether all stages have ended
 * @param readyAfterSeconds how long after the beginning the service was ready; null before that
 * @param elapsedSeconds the time since the beginning, until the end
 * @param processPeakBytes the most memory that the process was seen to take; null before the first stage
 * @param wentAhead how often a stage stopped waiting because it had waited too long
 * @param stages the stages in the order in which they are to run
 * @param warnings what should be looked at
 */
public record StartupStatus(
        boolean begun,
        boolean ended,
        @Nullable Double readyAfterSeconds,
        double elapsedSeconds,
        @Nullable Long processPeakBytes,
        long wentAhead,
        List<Stage> stages,
        List<String> warnings) {

    /** The status as of {@code report}. */
    public static StartupStatus of(StartupReport report) {
        return new StartupStatus(
                report.begun(),
                report.ended(),
                report.readyAfter().isPresent()
                        ? (Double) seconds(report.readyAfter().get())
                        : null,
                seconds(report.elapsed()),
                report.peakBytes().isPresent() ? (Long) report.peakBytes().getAsLong() : null,
                report.wentAhead(),
                report.stages().stream().map(Stage::of).toList(),
                report.warnings());
    }

    /** The whole as a JSON object whose members are named like the components. */
    public String toJson() {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .member("begun", begun)
                .member("ended", ended)
                .member("readyAfterSeconds", readyAfterSeconds == null ? Double.NaN : readyAfterSeconds)
                .member("elapsedSeconds", elapsedSeconds);
        number(json, "processPeakBytes", processPeakBytes)
                .member("wentAhead", wentAhead)
                .beginArray("stages");
        stages.forEach(stage -> stage.write(json));
        json.endArray().beginArray("warnings");
        warnings.forEach(json::element);
        return json.endArray().endObject().toString();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static JsonWriter number(JsonWriter json, String name, @Nullable Long value) {
        return value == null ? json.member(name, (String) null) : json.member(name, (long) value);
    }

    /**
     * One stage. Immutable.
     *
     * @param name the stage
     * @param tier how much hangs on it
     * @param outcome where it is, or how it ended
     * @param attempts how often it was begun
     * @param waitedSeconds how long it waited for memory or other instances
     * @param waitReason what it waited for last; empty if it did not wait
     * @param wentAhead whether it stopped waiting because it had waited too long
     * @param tookSeconds how long it ran
     * @param needBytes what the gate made sure of before it began; 0 if it is not gated
     * @param tookBytes by how much the memory grew at most while it ran
     * @param heapDeltaBytes by how much the heap in use differed after it
     * @param memoryDeltaBytes by how much the anonymous memory of the cgroup differed after it; null if it is not known
     * @param failure why it failed; empty if it did not
     */
    public record Stage(
            String name,
            String tier,
            String outcome,
            int attempts,
            double waitedSeconds,
            String waitReason,
            boolean wentAhead,
            double tookSeconds,
            long needBytes,
            long tookBytes,
            long heapDeltaBytes,
            @Nullable Long memoryDeltaBytes,
            String failure) {

        static Stage of(StageReport stage) {
            return new Stage(
                    stage.name(),
                    stage.tier().name(),
                    stage.outcome().name(),
                    stage.attempts(),
                    seconds(stage.waited()),
                    stage.waitReason(),
                    stage.wentAhead(),
                    seconds(stage.took()),
                    stage.needBytes(),
                    stage.tookBytes(),
                    stage.heapDeltaBytes(),
                    stage.memoryDeltaBytes().isPresent()
                            ? (Long) stage.memoryDeltaBytes().getAsLong()
                            : null,
                    stage.failure());
        }

        void write(JsonWriter json) {
            json.beginObject()
                    .member("name", name)
                    .member("tier", tier)
                    .member("outcome", outcome)
                    .member("attempts", attempts)
                    .member("waitedSeconds", waitedSeconds)
                    .member("waitReason", waitReason)
                    .member("wentAhead", wentAhead)
                    .member("tookSeconds", tookSeconds)
                    .member("needBytes", needBytes)
                    .member("tookBytes", tookBytes)
                    .member("heapDeltaBytes", heapDeltaBytes);
            number(json, "memoryDeltaBytes", memoryDeltaBytes)
                    .member("failure", failure)
                    .endObject();
        }
    }
}
