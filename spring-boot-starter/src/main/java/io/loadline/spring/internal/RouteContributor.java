/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

/** Knows patterns of handlers on the main server, or paths on it that are never limited nor counted. */
@FunctionalInterface
public interface RouteContributor {

    /** Adds what it knows. Called once, when all beans exist. */
    void addTo(RouteTable.Builder table);
}
