/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

/** Whether the platform should leave the process alone. */
public enum LivenessState {
    /** It should. */
    CORRECT,
    /** It should restart the process. */
    BROKEN
}
