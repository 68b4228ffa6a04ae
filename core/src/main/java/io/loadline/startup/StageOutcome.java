/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

/** Where a stage is, or how it ended. */
public enum StageOutcome {
    /** Its turn has not come, or not again after a failure. */
    PENDING,
    /** Its turn has come, but there is no memory for it yet. */
    WAITING,
    /** It runs. */
    RUNNING,
    /** It did what it should. */
    DONE,
    /** It failed, and the service goes on without it. */
    DEGRADED,
    /** It failed, and the service with it. */
    FAILED,
    /** The start was cancelled before or while it ran. */
    CANCELLED;

    /** Whether nothing follows it any more. */
    public boolean isEnd() {
        return switch (this) {
            case PENDING, WAITING, RUNNING -> false;
            case DONE, DEGRADED, FAILED, CANCELLED -> true;
        };
    }
}
