/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * A limit and why it is so. Immutable.
 *
 * @param limit the limit from now on, in calls; values below 1 or above {@link ConcurrencyLimiter#MAX_LIMIT} are cut to
 *     that range
 * @param reason a few words for people, for example {@code "congested: latency is 2.1 x its baseline"}
 * @param adoptLatency whether the latencies of the window are the new normal: baselines are then set to them
 */
public record LimitDecision(int limit, String reason, boolean adoptLatency) {
    /** A decision that leaves the baselines alone. */
    public static LimitDecision of(int limit, String reason) {
        return new LimitDecision(limit, reason, false);
    }
}
