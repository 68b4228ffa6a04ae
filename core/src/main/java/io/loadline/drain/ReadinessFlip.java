/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

/** When readiness goes down in a drain. */
public enum ReadinessFlip {
    /** As soon as it is announced. Right wherever something routes by probes; the default. */
    AT_ONCE,
    /**
     * When traffic has stopped. For platforms that take a leaving instance out by other means and, as Kubernetes does
     * with instances that are ready, still fall back on it where no other is left. Who routes by probes alone would send
     * until the end.
     */
    LATE,
    /** Not before the server has stopped. */
    NEVER
}
