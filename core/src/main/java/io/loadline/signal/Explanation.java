/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.Criticality;
import io.loadline.limit.CriticalityStats;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Puts a snapshot into words. */
final class Explanation {
    private Explanation() {}

    static String of(SignalSnapshot snapshot) {
        StringBuilder text = new StringBuilder(256);
        if (snapshot.validity() != Validity.VALID) {
            append(
                    text,
                    "No load is published: %s (state %s since %s: %s). ",
                    snapshot.validity().reason(),
                    snapshot.lastChange().to(),
                    snapshot.lastChange().at(),
                    snapshot.lastChange().reason());
        } else if (!(snapshot.load() <= snapshot.requestLoad())) {
            queue(text, snapshot);
        } else if (Double.isNaN(snapshot.capacity())) {
            append(
                    text,
                    "Load %.2f is the utilization of the busiest local resource, since the service has not been"
                            + " saturated yet and its capacity is unknown. ",
                    snapshot.load());
        } else {
            append(
                    text,
                    "Load %.2f = demand over capacity: the work offered, refused work included, would keep %.1f calls in"
                            + " flight, and the service was seen to sustain %.1f. ",
                    snapshot.load(),
                    snapshot.demand(),
                    snapshot.capacity());
        }
        if (snapshot.validity() == Validity.VALID && snapshot.forecast().isOn()) {
            text.append(snapshot.forecast().explanation()).append(' ');
        }
        append(
                text,
                "%.1f calls/s are offered%s, %d run, limit %d%s (%s), %d refused so far. ",
                snapshot.arrivalRate(),
                trend(snapshot.arrivalTrend()),
                snapshot.inFlight(),
                snapshot.limit(),
                snapshot.enforcing() ? "" : ", not enforced",
                snapshot.limitReason(),
                snapshot.stats().shed());
        workloads(text, snapshot);
        bottleneck(text, snapshot);
        unknown(text, snapshot);
        if (snapshot.criticalities().values().stream().anyMatch(each -> each.shed() + each.shadowed() > 0)) {
            text.append(" Refused by criticality");
            String separator = snapshot.enforcing() ? ": " : ", or in shadow mode would have been: ";
            for (Criticality each : Criticality.values()) {
                CriticalityStats stats = snapshot.criticalities().getOrDefault(each, CriticalityStats.ZERO);
                append(text, "%s%d of %d %s", separator, stats.shed() + stats.shadowed(), stats.arrived(), each.tag());
                separator = ", ";
            }
            text.append('.');
        }
        for (String each :
                List.of(snapshot.shadow().explanation(), snapshot.slo().explanation())) {
            if (!each.isEmpty()) {
                text.append(' ').append(each);
            }
        }
        return text.toString();
    }

    /** Smoothed as the load is, it may not be the greatest any more. */
    private static void queue(StringBuilder text, SignalSnapshot snapshot) {
        String greatest = snapshot.queues().stream()
                .filter(each -> !Double.isNaN(each.load()))
                .max(Comparator.comparingDouble(QueueSnapshot::load))
                .map(each -> String.format(
                        Locale.ROOT,
                        "of %s, in which %.0f messages wait for this instance: it was seen to do %.1f each second and needs"
                                + " %.0f s, %d s are the objective, and %.1f more come each second",
                        each.name(),
                        each.depth(),
                        each.sustainedRate(),
                        each.clearSeconds(),
                        each.objective().toSeconds(),
                        each.arrivalRate()))
                .orElse("of a queue that has not been read since");
        append(text, "Load %.2f is that %s. ", snapshot.load(), greatest);
        if (!Double.isNaN(snapshot.requestLoad())) {
            append(text, "Requests alone would be %.2f. ", snapshot.requestLoad());
        }
    }

    /** Only where there is more to say than that there are reads and writes. */
    private static void workloads(StringBuilder text, SignalSnapshot snapshot) {
        if (!snapshot.workloads().containsKey(Workload.BATCH)
                && !snapshot.workloads().containsKey(Workload.BACKGROUND)) {
            return;
        }
        String separator = "By kind of work the demand is ";
        for (Map.Entry<Workload, WorkloadSnapshot> each : new TreeMap<>(snapshot.workloads()).entrySet()) {
            append(
                    text,
                    "%s%s %.1f%s",
                    separator,
                    each.getKey().tag(),
                    each.getValue().demand(),
                    each.getKey().isScaling() ? "" : " (not counted)");
            separator = ", ";
        }
        text.append(". ");
    }

    private static String trend(double perSecond) {
        return Double.isNaN(perSecond) ? "" : String.format(Locale.ROOT, " (%+.1f each second)", perSecond);
    }

    /** With all that is known of the resource: aspects of it have names that begin with its own. */
    private static void bottleneck(StringBuilder text, SignalSnapshot snapshot) {
        append(text, "Bottleneck: %s", snapshot.bottleneck());
        for (Map.Entry<String, Double> each : new TreeMap<>(snapshot.saturations()).entrySet()) {
            boolean isItself = each.getKey().equals(snapshot.bottleneck());
            if (isItself || each.getKey().startsWith(snapshot.bottleneck() + ".")) {
                String detail = snapshot.saturationDetails().getOrDefault(each.getKey(), "");
                append(
                        text,
                        "%s at %.0f %%%s",
                        isItself ? "" : ", " + each.getKey(),
                        each.getValue() * 100,
                        detail.isEmpty() ? "" : " (" + detail + ")");
            }
        }
        append(text, " since %s.", snapshot.bottleneckSince());
    }

    private static void unknown(StringBuilder text, SignalSnapshot snapshot) {
        String separator = " Unknown: ";
        for (Map.Entry<String, String> each : new TreeMap<>(snapshot.saturationDetails()).entrySet()) {
            if (!snapshot.saturations().containsKey(each.getKey())) {
                append(text, "%s%s (%s)", separator, each.getKey(), each.getValue());
                separator = ", ";
            }
        }
        if (separator.equals(", ")) {
            text.append('.');
        }
    }

    private static void append(StringBuilder text, String template, Object... values) {
        text.append(String.format(Locale.ROOT, template, values));
    }
}
