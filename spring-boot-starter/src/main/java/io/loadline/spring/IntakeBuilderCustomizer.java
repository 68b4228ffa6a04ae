/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.guard.IntakeGate;

/** Changes how the gate before messages is built. Beans of this type are called in order, after the settings. */
@FunctionalInterface
public interface IntakeBuilderCustomizer {

    /** Changes {@code builder}. */
    void customize(IntakeGate.Builder builder);
}
