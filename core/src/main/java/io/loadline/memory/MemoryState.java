/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

/** Whether memory is stable. */
public enum MemoryState {
    /** The service is starting. */
    WARMING,
    /** It has started; nothing can be said yet, or memory is falling. */
    SETTLING,
    /** Memory stays where it is under load. */
    STABLE,
    /** Memory grows. */
    GROWING,
    /** Memory has grown steadily over six windows. */
    LEAK_SUSPECT,
    /** Memory stays where it is, but no load was seen. */
    IDLE_STABLE;

    /** Whether memory stays where it is, with or without load. */
    public boolean isCalm() {
        return this == STABLE || this == IDLE_STABLE;
    }
}
