/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** What a limiter does with a call that exceeds its limit. Changeable at run time. */
public enum Enforcement {
    /** Admits it and says nothing; calls in flight are still counted, since a drain waits for them. */
    OFF,
    /** Admits it, outside the limit, and counts it as one that would have been refused. */
    SHADOW,
    /** Refuses it. */
    ENFORCE
}
