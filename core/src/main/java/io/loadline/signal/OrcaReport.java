/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.internal.JsonWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjDoubleConsumer;

/**
 * One load report, and how it is written. Immutable. A negative or infinite figure becomes NaN, and what is NaN is left out:
 * receivers refuse a whole report for one figure that is none.
 *
 * @param applicationUtilization at least 0, above 1 in an overload
 * @param cpuUtilization at least 0, of the CPU quota
 * @param memUtilization 0 to 1, of the memory limit
 * @param rps calls per second, refused ones included
 * @param eps calls per second that failed or were refused
 * @param namedMetrics further figures, by names that fit {@link #NAME}
 */
record OrcaReport(
        double applicationUtilization,
        double cpuUtilization,
        double memUtilization,
        double rps,
        double eps,
        Map<String, Double> namedMetrics) {
    /*
     * There is no ratified specification. What is written here is what Envoy reads: the first header of the name; TEXT is a
     * list by commas, names and values parted by the first colon, where an empty, unknown or repeated name, or a value that
     * is no finite number, refuses the whole report; JSON is that of protobuf, in which an unknown member does; BIN is
     * padded base64 of the message. Names of metrics are kept to what Google's balancers take, which has none of the
     * characters that would part a list or want escaping. [1] [2]
     *
     * Six digits, since a figure that is measured has no more, and each costs a byte of every response. Whole numbers, such
     * as bytes that a user counts, are told as they are.
     *
     * [1] Envoy, source/common/orca/orca_parser.cc
     * [2] Google Cloud, compute API, backendServices.customMetrics[].name
     */
    static final String NAME = "[a-z]([-_.a-z0-9]*[a-z0-9])?";

    private static final MathContext DIGITS = new MathContext(6);
    private static final double EXACT = 1L << 53;
    private static final double NEXT_TO_NOTHING = 1e-9;
    private static final String NAMED_METRICS = "named_metrics";

    OrcaReport {
        applicationUtilization = figure(applicationUtilization);
        cpuUtilization = figure(cpuUtilization);
        memUtilization = Math.min(1, figure(memUtilization));
        rps = figure(rps);
        eps = figure(eps);
        Map<String, Double> known = new TreeMap<>();
        namedMetrics.forEach((name, value) -> put(known, name, figure(value)));
        namedMetrics = Collections.unmodifiableMap(known);
    }

    /** The value of a header in {@link OrcaFormat#TEXT}. */
    String text() {
        StringBuilder out = new StringBuilder("TEXT ");
        ObjDoubleConsumer<String> append = (name, value) -> {
            out.append(name).append(':');
            if (isWhole(value)) {
                out.append((long) value);
            } else {
                out.append(value);
            }
            out.append(',');
        };
        fields(append);
        namedMetrics.forEach((name, value) -> append.accept(NAMED_METRICS + "." + name, value));
        out.setLength(out.length() - 1);
        return out.toString();
    }

    /** The same in {@link OrcaFormat#JSON}. */
    String json() {
        JsonWriter json = new JsonWriter().beginObject();
        ObjDoubleConsumer<String> write = (name, value) -> {
            if (isWhole(value)) {
                json.member(name, (long) value);
            } else {
                json.member(name, value);
            }
        };
        fields(write);
        if (!namedMetrics.isEmpty()) {
            json.beginObject(NAMED_METRICS);
            namedMetrics.forEach(write::accept);
            json.endObject();
        }
        return "JSON " + json.endObject();
    }

    /** The message in base64, as in {@link OrcaFormat#BIN_HEADER}. */
    String base64() {
        return Base64.getEncoder().encodeToString(OrcaProtobuf.encode(this));
    }

    private void fields(ObjDoubleConsumer<String> to) {
        field("application_utilization", applicationUtilization, to);
        field("cpu_utilization", cpuUtilization, to);
        field("mem_utilization", memUtilization, to);
        field("rps_fractional", rps, to);
        field("eps", eps, to);
    }

    private static void field(String name, double value, ObjDoubleConsumer<String> to) {
        if (!Double.isNaN(value)) {
            to.accept(name, value);
        }
    }

    private static void put(Map<String, Double> known, String name, double value) {
        if (!Double.isNaN(value)) {
            known.put(name, value);
        }
    }

    /** Parsers disagree about what is smaller than the least normal number. */
    private static double figure(double value) {
        if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
            return Double.NaN;
        }
        if (value < NEXT_TO_NOTHING) {
            return 0;
        }
        return isWhole(value) ? value : new BigDecimal(value, DIGITS).doubleValue();
    }

    private static boolean isWhole(double value) {
        return value < EXACT && value == Math.rint(value);
    }
}
