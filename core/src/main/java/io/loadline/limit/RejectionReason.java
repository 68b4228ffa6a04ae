/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Locale;

/** Why a call was refused. The set is closed: its values are tags of meters. */
public enum RejectionReason {
    /** The calls in flight had reached the limit. */
    LIMIT,
    /** The call waited for a permit as long as it may, or the queue was full. */
    QUEUE,
    /** The service is leaving and takes no new work. */
    DRAINING;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The reason as the value of a tag and in JSON: lower case. */
    public String tag() {
        return tag;
    }
}
