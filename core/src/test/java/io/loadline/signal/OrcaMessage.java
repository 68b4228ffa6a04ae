/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The message {@code xds.data.orca.v3.OrcaLoadReport} as Google's library reads and writes it. Stateless. */
final class OrcaMessage {
    static final Map<String, Integer> FIELDS = Map.of(
            "cpu_utilization", 1, "mem_utilization", 2, "rps_fractional", 6, "eps", 7, "application_utilization", 9);

    private static final String PACKAGE = "xds.data.orca.v3";
    private static final String ENTRY = "NamedMetricsEntry";
    private static final Descriptor REPORT = report();
    private static final FieldDescriptor NAMED_METRICS = REPORT.findFieldByNumber(8);
    private static final FieldDescriptor KEY = NAMED_METRICS.getMessageType().findFieldByNumber(1);
    private static final FieldDescriptor VALUE = NAMED_METRICS.getMessageType().findFieldByNumber(2);

    private OrcaMessage() {}

    static OrcaFields parse(byte[] bytes) {
        DynamicMessage message;
        try {
            message = DynamicMessage.parseFrom(REPORT, bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
        if (!message.getUnknownFields().asMap().isEmpty()) {
            throw new IllegalArgumentException("unknown fields: " + message.getUnknownFields());
        }
        Map<String, Double> fields = new TreeMap<>();
        FIELDS.forEach((name, number) -> fields.put(name, (double) message.getField(REPORT.findFieldByNumber(number))));
        Map<String, Double> named = new TreeMap<>();
        for (Object entry : (List<?>) message.getField(NAMED_METRICS)) {
            named.put(
                    (String) ((DynamicMessage) entry).getField(KEY), (Double) ((DynamicMessage) entry).getField(VALUE));
        }
        return new OrcaFields(fields, named);
    }

    static byte[] write(OrcaFields report) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(REPORT);
        report.fields().forEach((name, value) -> message.setField(REPORT.findFieldByName(name), value));
        report.named()
                .forEach((name, value) -> message.addRepeatedField(
                        NAMED_METRICS,
                        DynamicMessage.newBuilder(NAMED_METRICS.getMessageType())
                                .setField(KEY, name)
                                .setField(VALUE, value)
                                .build()));
        return message.build().toByteArray();
    }

    private static Descriptor report() {
        DescriptorProto.Builder report = DescriptorProto.newBuilder()
                .setName("OrcaLoadReport")
                .addNestedType(DescriptorProto.newBuilder()
                        .setName(ENTRY)
                        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
                        .addField(field("key", 1, Type.TYPE_STRING))
                        .addField(field("value", 2, Type.TYPE_DOUBLE)))
                .addField(field("named_metrics", 8, Type.TYPE_MESSAGE)
                        .setLabel(Label.LABEL_REPEATED)
                        .setTypeName("." + PACKAGE + ".OrcaLoadReport." + ENTRY));
        FIELDS.forEach((name, number) -> report.addField(field(name, number, Type.TYPE_DOUBLE)));
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("orca_load_report.proto")
                .setPackage(PACKAGE)
                .setSyntax("proto3")
                .addMessageType(report)
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0])
                    .getMessageTypes()
                    .get(0);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(Label.LABEL_OPTIONAL);
    }
}
