/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Writes the message {@code xds.data.orca.v3.OrcaLoadReport}. Stateless. */
final class OrcaProtobuf {
    /*
     * A field is its number and its wire type in one varint, then the value. A double is eight bytes, little-endian (wire
     * type 1), and a map a repeated message (wire type 2) of a key and a value. All numbers here, and the lengths of names of
     * at most 64 characters, are varints of one byte. A field of 0 is left out, as proto3 has it, but for the value of a
     * map's entry.
     */
    private static final int DOUBLE = 1;
    private static final int BYTES = 2;
    private static final int CPU_UTILIZATION = 1;
    private static final int MEM_UTILIZATION = 2;
    private static final int RPS_FRACTIONAL = 6;
    private static final int EPS = 7;
    private static final int NAMED_METRICS = 8;
    private static final int APPLICATION_UTILIZATION = 9;
    private static final int KEY = 1;
    private static final int VALUE = 2;

    private static final int FIELDS = 5;
    private static final int DOUBLE_FIELD = 1 + Double.BYTES;
    private static final int BYTES_FIELD = 2;

    private OrcaProtobuf() {}

    static byte[] encode(OrcaReport report) {
        ByteBuffer out = ByteBuffer.allocate(largest(report)).order(ByteOrder.LITTLE_ENDIAN);
        field(out, CPU_UTILIZATION, report.cpuUtilization());
        field(out, MEM_UTILIZATION, report.memUtilization());
        field(out, RPS_FRACTIONAL, report.rps());
        field(out, EPS, report.eps());
        report.namedMetrics().forEach((name, value) -> {
            byte[] key = name.getBytes(StandardCharsets.US_ASCII);
            tag(out, NAMED_METRICS, BYTES).put((byte) (BYTES_FIELD + key.length + DOUBLE_FIELD));
            tag(out, KEY, BYTES).put((byte) key.length).put(key);
            tag(out, VALUE, DOUBLE).putDouble(value);
        });
        field(out, APPLICATION_UTILIZATION, report.applicationUtilization());
        return Arrays.copyOf(out.array(), out.position());
    }

    private static int largest(OrcaReport report) {
        int size = FIELDS * DOUBLE_FIELD;
        for (Map.Entry<String, Double> metric : report.namedMetrics().entrySet()) {
            size += 2 * BYTES_FIELD + metric.getKey().length() + DOUBLE_FIELD;
        }
        return size;
    }

    private static void field(ByteBuffer out, int number, double value) {
        if (value > 0) {
            tag(out, number, DOUBLE).putDouble(value);
        }
    }

    private static ByteBuffer tag(ByteBuffer out, int number, int wireType) {
        return out.put((byte) ((number << 3) | wireType));
    }
}
