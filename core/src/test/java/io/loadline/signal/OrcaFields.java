/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a receiver has read of a load report. Immutable.
 *
 * @param fields the fields by name; what was absent is 0, which is the same to protobuf
 * @param named the named metrics
 */
record OrcaFields(Map<String, Double> fields, Map<String, Double> named) {
    OrcaFields {
        Map<String, Double> all = new TreeMap<>(fields);
        OrcaMessage.FIELDS.keySet().forEach(name -> all.putIfAbsent(name, 0.0));
        fields = all;
        named = new TreeMap<>(named);
    }

    double field(String name) {
        return fields.getOrDefault(name, Double.NaN);
    }

    double utilization() {
        return field("application_utilization");
    }

    double rps() {
        return field("rps_fractional");
    }

    double eps() {
        return field("eps");
    }

    /** What Envoy and gRPC make of it where errors count once. */
    double weight() {
        double utilization = utilization() > 0 ? utilization() : field("cpu_utilization");
        return rps() / (utilization + eps() / rps());
    }

    /** The same where errors do not count, which is what Envoy does unless it is told otherwise. */
    double weightWithoutErrors() {
        return rps() / utilization();
    }
}
