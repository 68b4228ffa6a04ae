/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what an OpenTelemetry collector gets, by the field numbers of its protocol's {@code metrics.proto}: so that it is the
 * wire that is looked at, and not what somebody's classes make of it. Not thread-safe.
 */
final class OtlpMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;

    /** Field numbers of a metric that hold its points. */
    private static final int GAUGE = 5;

    private static final int SUM = 7;
    private static final int HISTOGRAM = 9;

    private final Map<Integer, List<Object>> fields = new HashMap<>();

    private OtlpMessage(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int key = (int) varint(bytes);
            Object value = switch (key & 7) {
                case VARINT -> varint(bytes);
                case FIXED64 -> bytes.getLong();
                case LENGTH_DELIMITED -> {
                    int length = (int) varint(bytes);
                    ByteBuffer part = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.position(bytes.position() + length);
                    yield part;
                }
                default -> throw new IllegalArgumentException("wire type " + (key & 7));
            };
            fields.computeIfAbsent(key >>> 3, number -> new ArrayList<>()).add(value);
        }
    }

    /**
     * A metric as it was sent.
     *
     * @param kind gauge, counter (a sum that only grows, since the start) or histogram
     * @param points by their attributes; of a histogram the sums
     */
    record Metric(String name, String description, String unit, String kind, Map<Map<String, String>, Double> points) {}

    /** All metrics of a request, by name. */
    static Map<String, Metric> metrics(byte[] request) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        for (OtlpMessage resource : read(ByteBuffer.wrap(request)).parts(1)) {
            for (OtlpMessage scope : resource.parts(2)) {
                for (OtlpMessage metric : scope.parts(2)) {
                    metrics.put(metric.text(1), metric.asMetric());
                }
            }
        }
        return metrics;
    }

    private Metric asMetric() {
        String kind = "histogram";
        int data = HISTOGRAM;
        if (fields.containsKey(GAUGE)) {
            kind = "gauge";
            data = GAUGE;
        } else if (fields.containsKey(SUM)) {
            OtlpMessage sum = parts(SUM).get(0);
            boolean cumulative = sum.number(2) == 2;
            kind = cumulative && sum.number(3) == 1 ? "counter" : "sum";
            data = SUM;
        }
        Map<Map<String, String>, Double> points = new LinkedHashMap<>();
        for (OtlpMessage point : parts(data).get(0).parts(1)) {
            boolean inHistogram = data == HISTOGRAM;
            Map<String, String> attributes = new HashMap<>();
            point.parts(inHistogram ? 9 : 7)
                    .forEach(each ->
                            attributes.put(each.text(1), each.parts(2).get(0).text(1)));
            points.put(attributes, Double.longBitsToDouble(point.number(inHistogram ? 5 : 4)));
        }
        return new Metric(text(1), text(2), text(3), kind, points);
    }

    private List<OtlpMessage> parts(int number) {
        return fields.getOrDefault(number, List.of()).stream()
                .map(each -> read((ByteBuffer) each))
                .toList();
    }

    private String text(int number) {
        List<Object> values = fields.getOrDefault(number, List.of());
        return values.isEmpty()
                ? ""
                : StandardCharsets.UTF_8
                        .decode(((ByteBuffer) values.get(0)).duplicate())
                        .toString();
    }

    private long number(int number) {
        List<Object> values = fields.getOrDefault(number, List.of());
        return values.isEmpty() ? 0 : (Long) values.get(0);
    }

    private static OtlpMessage read(ByteBuffer bytes) {
        return new OtlpMessage(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
