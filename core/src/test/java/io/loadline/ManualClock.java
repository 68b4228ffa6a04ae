/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A wall clock that moves when it is told to. Not thread-safe. */
public final class ManualClock implements InstantSource {
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");

    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
