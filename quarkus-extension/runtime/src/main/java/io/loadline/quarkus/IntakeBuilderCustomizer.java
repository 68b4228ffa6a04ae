/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import io.loadline.guard.IntakeGate;

/** Changes how the gate before messages is built. Beans of this type are called by priority, after the settings. */
@FunctionalInterface
public interface IntakeBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(IntakeGate.Builder builder);
}
