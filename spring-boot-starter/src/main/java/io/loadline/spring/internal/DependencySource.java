/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.availability.DependencyCheck;
import java.util.List;

/** Knows dependencies that the settings name. */
@FunctionalInterface
public interface DependencySource {

    /** How to ask for each; called once all beans are there. */
    List<DependencyCheck> checks();
}
