/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.signal.OrcaReports;

/** Changes how load reports are built, such as their named metrics. Beans of this type are called by priority, after the settings. */
@FunctionalInterface
public interface OrcaBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(OrcaReports.Builder builder);
}
