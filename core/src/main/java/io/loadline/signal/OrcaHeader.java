/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/**
 * A load report as a header of a response. Immutable.
 *
 * @param name the header's name, in lower case
 * @param value its value
 */
public record OrcaHeader(String name, String value) {
    /** The header by which a request asks for a report: {@code text}, {@code json} or {@code bin}. */
    public static final String ASKED = "endpoint-load-metrics-format";

    static final String REPORT = "endpoint-load-metrics";
    static final String REPORT_BIN = "endpoint-load-metrics-bin";
}
