/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Cumulative counts of the calls whose latency is known, since the limiter was built: those that ended with
 * {@link Outcome#SUCCESS} and were timed, which under much traffic is one of 2 to 256. Their ratio holds for all that
 * succeeded. Immutable.
 *
 * @param timed calls whose latency was measured
 * @param within those of them that took no longer than {@link ConcurrencyLimiter.Builder#slo}
 */
public record SloCounts(long timed, long within) {}
