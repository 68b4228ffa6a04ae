/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

/** What a quota does with requests that do not tell their client, or whose key could not be found out. */
public enum MissingKeys {
    /** They are one client together, named {@code unknown}. */
    SHARE,
    /** Admits them. */
    ADMIT,
    /** Refuses them. */
    REFUSE
}
