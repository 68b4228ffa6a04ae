/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What all resources told at one time; of several with one name the most used. Immutable. */
final class Resources {
    /** From here on a resource is as good as used up. */
    static final double USED_UP = 0.85;

    private static final Set<Saturation.Kind> LOADS = Set.of(Saturation.Kind.USE, Saturation.Kind.PLACES);

    private final Map<String, Reading> byName = new TreeMap<>();
    private final double cpus;

    Resources(List<Reading> readings) {
        this(readings, Double.NaN);
    }

    Resources(List<Reading> readings, double cpus) {
        this.cpus = cpus;
        for (Reading reading : readings) {
            byName.merge(reading.resource(), reading, Resources::greater);
        }
    }

    private static Reading greater(Reading one, Reading other) {
        return !one.isKnown() || other.utilization() > one.utilization() ? other : one;
    }

    Iterable<Reading> all() {
        return byName.values();
    }

    /** The largest share in use, which stands for the load while no capacity is known; NaN if there is none. */
    double load() {
        double largest = Double.NaN;
        for (Reading each : all()) {
            if (each.isKnown() && LOADS.contains(each.kind())) {
                largest = Double.isNaN(largest) ? each.utilization() : Math.max(largest, each.utilization());
            }
        }
        return largest;
    }

    /** Whether the service does less for a local cause. Places that are taken are none while calls wait for a dependency. */
    boolean isUsedUp(boolean waitsForDependency) {
        for (Reading each : all()) {
            boolean isLocal = each.kind() != Saturation.Kind.BACKLOG
                    && !(waitsForDependency && each.kind() == Saturation.Kind.PLACES);
            if (isLocal && each.utilization() >= USED_UP) {
                return true;
            }
        }
        return false;
    }

    /** The CPUs there are, a fraction under a quota; NaN if that is unknown. */
    double cpus() {
        return cpus;
    }

    /** How much of one is in use; NaN if it is unknown. */
    double utilization(String name) {
        Reading reading = byName.get(name);
        return reading == null ? Double.NaN : reading.utilization();
    }

    /** The utilization of those that are known, by name. */
    Map<String, Double> utilizations() {
        Map<String, Double> known = new HashMap<>();
        for (Reading each : all()) {
            if (each.isKnown()) {
                known.put(each.resource(), each.utilization());
            }
        }
        return known;
    }

    /** What is to be said of them, by name; why, of those that are unknown. */
    Map<String, String> details() {
        Map<String, String> details = new HashMap<>();
        for (Reading each : all()) {
            if (!each.detail().isEmpty()) {
                details.put(each.resource(), each.detail());
            }
        }
        return details;
    }
}
