/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.internal.JsonWriter;
import org.jspecify.annotations.Nullable;

/** Writes a status as JSON, with members that are named like its components. */
final class StatusJson {
    private StatusJson() {}

    static String of(LoadlineStatus status) {
        LoadlineStatus.Shadow shadow = status.shadow();
        LoadlineStatus.Drain drain = status.drain();
        LoadlineStatus.Degradation degradation = status.degradation();
        LoadlineStatus.Intake intake = status.intake();
        JsonWriter json = new JsonWriter()
                .beginObject()
                .member("name", status.name())
                .member("state", status.state())
                .member("since", status.since())
                .member("reason", status.reason())
                .member("load", orNan(status.load()))
                .member("loadPercent", orNan(status.loadPercent()));
        write(json, status.forecast());
        json.member("validity", status.validity())
                .member("validityReason", status.validityReason())
                .member("demand", status.demand())
                .member("capacity", orNan(status.capacity()))
                .member("arrivalRate", status.arrivalRate())
                .member("arrivalTrend", orNan(status.arrivalTrend()))
                .member("limit", status.limit())
                .member("limitReason", status.limitReason())
                .member("enforcing", status.enforcing())
                .member("inFlight", status.inFlight())
                .member("streams", status.streams())
                .member("admitted", status.admitted())
                .member("shed", status.shed())
                .member("capped", status.capped())
                .member("expired", status.expired())
                .member("refused", status.refused())
                .member("repeated", status.repeated())
                .member("shadowed", status.shadowed())
                .beginObject("shadow")
                .member("seconds", shadow.seconds())
                .member("calls", shadow.calls())
                .member("refused", shadow.refused())
                .member("share", shadow.share())
                .beginArray("routes");
        shadow.routes()
                .forEach(each -> json.beginObject()
                        .member("route", each.route())
                        .member("reason", each.reason().tag())
                        .member("calls", each.calls())
                        .endObject());
        json.endArray().endObject();
        write(json, status.slo());
        json.beginObject("criticality");
        status.criticality()
                .forEach((tag, stats) -> json.beginObject(tag)
                        .member("arrived", stats.arrived())
                        .member("shed", stats.shed())
                        .member("shadowed", stats.shadowed())
                        .member("expired", stats.expired())
                        .endObject());
        json.endObject().beginObject("workloads");
        status.workloads()
                .forEach((tag, of) -> json.beginObject(tag)
                        .member("routes", of.routes())
                        .member("demand", of.demand())
                        .member("load", orNan(of.load()))
                        .member("scaling", of.scaling())
                        .member("admitted", of.admitted())
                        .member("shed", of.shed())
                        .endObject());
        LoadlineStatus.Process process = status.process();
        json.endObject()
                .member("bottleneck", status.bottleneck())
                .member("bottleneckSince", status.bottleneckSince())
                .beginObject("saturations");
        status.saturations().forEach(json::member);
        json.endObject().beginObject("saturationDetails");
        status.saturationDetails().forEach(json::member);
        json.endObject().beginArray("queues");
        status.queues().forEach(each -> each.write(json));
        json.endArray()
                .beginObject("process")
                .member("gcShare", orNan(process.gcShare()))
                .member("gcPauseSeconds", orNan(process.gcPauseSeconds()))
                .member("allocationRate", orNan(process.allocationRate()))
                .member("ioPressure", orNan(process.ioPressure()))
                .endObject()
                .member("explanation", status.explanation())
                .beginArray("readinessHeld");
        status.readinessHeld().forEach(json::element);
        json.endArray()
                .beginObject("drain")
                .member("phase", drain.phase())
                .member("participants", drain.participants())
                .member("longLived", drain.longLived())
                .member("refused", drain.refused())
                .member("remainingSeconds", drain.remainingSeconds())
                .endObject()
                .beginArray("dependencies");
        status.dependencies()
                .forEach(each -> json.beginObject()
                        .member("name", each.name())
                        .member("state", each.state().name())
                        .member("effect", each.effect().name())
                        .member("holding", each.holding())
                        .member("failures", each.failures())
                        .member("lastMillis", orNan(each.lastMillis()))
                        .member("lastFailure", each.lastFailure())
                        .endObject());
        json.endArray().beginArray("guards");
        status.guards().forEach(each -> each.write(json));
        json.endArray().beginArray("quotas");
        status.quotas().forEach(each -> each.write(json));
        json.endArray()
                .beginObject("degradation")
                .member("level", degradation.level())
                .member("levels", degradation.levels())
                .beginArray("features");
        degradation
                .features()
                .forEach(each -> json.beginObject()
                        .member("name", each.name())
                        .member("level", each.level())
                        .member("allowed", each.allowed())
                        .member("since", each.since())
                        .member("reason", each.reason())
                        .member("withheld", each.withheld())
                        .member("forced", each.forced())
                        .member("until", each.until())
                        .endObject());
        json.endArray().endObject();
        if (intake == null) {
            json.member("intake", (String) null);
        } else {
            json.beginObject("intake")
                    .member("open", intake.open())
                    .member("reason", intake.reason())
                    .member("since", intake.since())
                    .endObject();
        }
        return json.endObject().toString();
    }

    private static void write(JsonWriter json, LoadlineStatus.@Nullable LoadForecast forecast) {
        if (forecast == null) {
            json.member("forecast", (String) null);
            return;
        }
        json.beginObject("forecast")
                .member("horizonSeconds", forecast.horizonSeconds())
                .member("load", orNan(forecast.load()))
                .member("speaks", forecast.speaks())
                .member("error", orNan(forecast.error()))
                .member("persistenceError", orNan(forecast.persistenceError()))
                .endObject();
    }

    private static void write(JsonWriter json, LoadlineStatus.@Nullable Slo slo) {
        if (slo == null) {
            json.member("slo", (String) null);
            return;
        }
        json.beginObject("slo")
                .member("latencySeconds", slo.latencySeconds())
                .member("objective", slo.objective())
                .member("good", slo.good())
                .member("bad", slo.bad())
                .beginObject("burnRates");
        slo.burnRates().forEach((window, rate) -> json.member(window, orNan(rate)));
        json.endObject().endObject();
    }

    private static double orNan(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
