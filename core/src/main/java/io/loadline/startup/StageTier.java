/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

/** How much hangs on a stage; those of a higher tier run before those of a lower one. */
public enum StageTier {
    /** The service cannot answer without it: readiness waits for it, and it waits for memory no longer than told. */
    CRITICAL,
    /** The service is worse without it: runs next, readiness waits for it by choice. */
    IMPORTANT,
    /** Nobody misses it for a while: runs last, and waits for memory as long as it takes. */
    BACKGROUND
}
