/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.loadline.signal.OrcaFormat;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.orca.*}. Immutable. */
public interface OrcaConfig {

    /**
     * Which responses have a load report: `if-asked` are those to requests with the header `endpoint-load-metrics-format`,
     * `always` all, `never` none. Default: `if-asked`.
     */
    Optional<Sending> send();

    /**
     * Format of reports that nobody asked for: `text`, `json`, `bin`, or `bin-header` for `endpoint-load-metrics-bin`. Default:
     * `text`.
     */
    Optional<OrcaFormat> format();

    /** Which responses have a load report. */
    enum Sending {
        /** Those to requests that ask for one. */
        IF_ASKED,
        /** All. */
        ALWAYS,
        /** None. */
        NEVER
    }
}
