/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import org.jspecify.annotations.Nullable;

/** How a load report is written in a header. */
public enum OrcaFormat {
    /** Names and values, which people can read, too: {@code TEXT application_utilization:0.75,eps:1.5}. */
    TEXT,
    /** {@code JSON {"application_utilization":0.75,"eps":1.5}}. */
    JSON,
    /** The protobuf message {@code xds.data.orca.v3.OrcaLoadReport} in base64: {@code BIN OQAA...}. */
    BIN,
    /** The same without {@code BIN}, in the header {@code endpoint-load-metrics-bin}. */
    BIN_HEADER;

    /** What a request asks for; null if that is no format, or none that can be asked for. */
    static @Nullable OrcaFormat asked(String value) {
        String format = value.strip();
        if (format.equalsIgnoreCase("text")) {
            return TEXT;
        }
        if (format.equalsIgnoreCase("json")) {
            return JSON;
        }
        return format.equalsIgnoreCase("bin") ? BIN : null;
    }
}
