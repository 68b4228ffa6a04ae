/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import java.util.List;

/** The names of guards in annotations that the build has found. Immutable. */
public final class GuardNames {
    private final List<String> names;

    /** Those of {@code names}. */
    public GuardNames(List<String> names) {
        this.names = List.copyOf(names);
    }

    List<String> names() {
        return names;
    }
}
