/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;

/**
 * A drain at one moment. Immutable.
 *
 * @param phase where it is
 * @param inFlight calls that run
 * @param participants participants that have not come to their end
 * @param longLived long-lived exchanges that are open
 * @param refused calls refused since the drain began
 * @param remaining the time until the deadline, zero when it has passed or no drain has begun
 */
public record DrainProgress(
        DrainPhase phase, int inFlight, int participants, int longLived, long refused, Duration remaining) {}
