/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

/** Where a service is in its life. */
public enum ServiceState {
    /** It cannot serve yet. */
    STARTING,
    /** It could serve but is not up to speed: caches, compiled code, connections. */
    WARMING,
    /** It serves. */
    READY,
    /** It serves what still comes and is about to leave. */
    DRAINING,
    /** It has left. */
    STOPPED,
    /** It cannot recover by itself and must be restarted. */
    BROKEN
}
