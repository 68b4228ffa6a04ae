/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import io.loadline.internal.JsonWriter;
import io.loadline.memory.MemoryReading;
import io.loadline.memory.MemorySnapshot;
import io.loadline.memory.MemoryTrend;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Writes a report as JSON; what is not known is null. Stateless. */
final class ReportJson {
    private ReportJson() {}

    static String memory(MemoryReport report) {
        MemorySnapshot memory = report.memory();
        MemoryReading reading = memory.reading();
        JsonWriter json = new JsonWriter()
                .beginObject()
                .member("name", report.name())
                .member("state", memory.state().name())
                .member("seconds", memory.inState().toSeconds())
                .member("reason", memory.reason())
                .beginObject("reading");
        bytes(json, "limitBytes", reading.limitBytes());
        bytes(json, "workingSetBytes", reading.workingSetBytes());
        bytes(json, "anonymousBytes", reading.anonymousBytes());
        bytes(json, "processBytes", reading.processBytes());
        bytes(json, "footprintBytes", reading.footprintBytes());
        bytes(json, "cgroupHeadroomBytes", reading.cgroupHeadroomBytes());
        bytes(json, "heapHeadroomBytes", reading.heapHeadroomBytes());
        bytes(json, "nodeHeadroomBytes", reading.nodeHeadroomBytes());
        json.member("pressure", reading.pressure().orElse(Double.NaN)).member("heapUsedBytes", reading.heapUsedBytes());
        bytes(json, "heapLiveBytes", reading.heapLiveBytes());
        bytes(json, "oldLiveBytes", reading.oldLiveBytes());
        json.member("heapCommittedBytes", reading.heapCommittedBytes());
        bytes(json, "heapMaxBytes", reading.heapMaxBytes());
        json.member("metaspaceBytes", reading.metaspaceBytes())
                .member("codeCacheBytes", reading.codeCacheBytes())
                .member("directBytes", reading.directBytes())
                .member("mappedBytes", reading.mappedBytes())
                .member("threads", reading.threads())
                .member("loadedClasses", reading.loadedClasses())
                .member("collections", reading.collections())
                .endObject();
        trend(json, "footprintTrend", memory.footprintTrend());
        trend(json, "liveHeapTrend", memory.liveTrend());
        bytes(json, "startupPeakBytes", memory.startupPeakBytes());
        return json.member("limitChanges", memory.limitChanges()).endObject().toString();
    }

    static String advice(MemoryReport report) {
        SizingAdvice advice = report.advice();
        JsonWriter json = new JsonWriter()
                .beginObject()
                .member("name", report.name())
                .member("confidence", advice.confidence().name())
                .member("reason", advice.reason());
        bytes(json, "requestBytes", advice.requestBytes());
        bytes(json, "limitBytes", advice.limitBytes());
        bytes(json, "heapBytes", advice.heapBytes());
        number(json, "maxRamPercentage", advice.maxRamPercentage());
        bytes(json, "steadyBytes", advice.steadyBytes());
        bytes(json, "mostBytes", advice.mostBytes());
        bytes(json, "startupPeakBytes", advice.startupPeakBytes());
        json.member("collector", advice.collector()).beginArray("parts");
        advice.parts()
                .forEach(part -> json.beginObject()
                        .member("name", part.name())
                        .member("bytes", part.bytes())
                        .member("basis", part.basis())
                        .endObject());
        json.endArray().beginArray("savings");
        advice.savings()
                .forEach(saving -> json.beginObject()
                        .member("stage", saving.stage())
                        .member("bytesPerReplica", saving.bytesPerReplica())
                        .endObject());
        json.endArray().beginArray("hints");
        advice.hints()
                .forEach(hint -> json.beginObject()
                        .member("code", hint.code())
                        .member("text", hint.text())
                        .endObject());
        json.endArray().beginArray("checklist");
        report.checklist()
                .items()
                .forEach(item -> json.beginObject()
                        .member("question", item.question().text())
                        .member("answer", item.answer().name())
                        .member("figures", item.figures())
                        .member("whatToDo", item.whatToDo())
                        .endObject());
        return json.endArray().endObject().toString();
    }

    private static void bytes(JsonWriter json, String name, OptionalLong bytes) {
        if (bytes.isPresent()) {
            json.member(name, bytes.getAsLong());
        } else {
            json.member(name, Double.NaN);
        }
    }

    private static void number(JsonWriter json, String name, OptionalDouble number) {
        json.member(name, number.orElse(Double.NaN));
    }

    private static void trend(JsonWriter json, String name, MemoryTrend trend) {
        json.beginObject(name)
                .member("bytesPerHour", trend.bytesPerHour())
                .member("lowerBytesPerHour", trend.lowerBytesPerHour())
                .member("upperBytesPerHour", trend.upperBytesPerHour())
                .endObject();
    }
}
