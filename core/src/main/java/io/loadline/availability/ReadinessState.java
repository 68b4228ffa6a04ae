/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

/** Whether the platform should send traffic. */
public enum ReadinessState {
    /** It should. */
    ACCEPTING_TRAFFIC,
    /** It should not. */
    REFUSING_TRAFFIC
}
