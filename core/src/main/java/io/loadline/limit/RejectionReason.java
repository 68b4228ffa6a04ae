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
    /** The calls of the route, or of its group, had reached their own cap, or streams theirs. */
    ROUTE_CAP,
    /** The call waited for a permit as long as it may, or the queue was full. */
    QUEUE,
    /** The service is leaving and takes no new work. */
    DRAINING,
    /** The calls in flight had nearly reached the limit, and the rest is for calls of greater {@link Criticality}. */
    PRIORITY,
    /** Whoever waits for the answer will have gone before it can be there. */
    DEADLINE,
    /** The client had used its quota; no limiter refuses for it. */
    QUOTA;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** The reason as the value of a tag and in JSON: lower case. */
    public String tag() {
        return tag;
    }
}
