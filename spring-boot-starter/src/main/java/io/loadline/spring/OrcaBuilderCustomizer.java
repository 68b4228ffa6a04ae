/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.signal.OrcaReports;

/** Changes how load reports are built, such as their named metrics. Beans of this type are called in order, after the settings. */
@FunctionalInterface
public interface OrcaBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(OrcaReports.Builder builder);
}
