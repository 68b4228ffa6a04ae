/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.time.Duration;

/**
 * Who waits for a permit now, and what became of those who did since the limiter was built. Immutable. A call that was
 * admitted at once is in none of the counts.
 *
 * @param waiting calls that wait now
 * @param admitted calls that were admitted after they had waited; {@link LimiterStats} has them by their outcome
 * @param refused calls that waited and were refused, or found the queue full
 * @param withdrawn calls whose caller did not want to wait any longer: interrupted, cancelled
 * @param waited time that those who were admitted had waited, all together; no part of their latency
 */
public record WaitingStats(int waiting, long admitted, long refused, long withdrawn, Duration waited) {}
