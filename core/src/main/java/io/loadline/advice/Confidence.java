/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

/** How far advice can be trusted. */
public enum Confidence {
    /** There is no advice. */
    NONE,
    /** Seen for a short time, without load, or without the kernel's own figures. */
    LOW,
    /** Seen under load for at least 20 minutes and five collections. */
    MEDIUM,
    /** Seen under load for at least an hour and ten collections. */
    HIGH
}
