/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** A request that is served until the test lets it go, and what is counted meanwhile. Not thread-safe. */
final class Held implements AutoCloseable {
    private final Loadline loadline;
    private final LimiterStats before;
    private final Gate gate;
    private final Wire wire;

    Held(Loadline loadline, int port, String path, String... headers) {
        awaitCounted(loadline);
        this.loadline = loadline;
        this.before = loadline.limiter().stats();
        String name = Gate.newName();
        this.gate = Gate.of(name);
        this.wire = new Wire(port).send("GET", path + "?gate=" + name, headers);
        gate.awaitArrival();
    }

    /** What else has been counted since. */
    LimiterStats since() {
        return loadline.limiter().stats().minus(before);
    }

    Wire wire() {
        return wire;
    }

    Wire.Answer finish() {
        gate.open();
        return wire.read("GET");
    }

    @Override
    public void close() {
        gate.open();
        wire.close();
        awaitCounted(loadline);
    }

    /** A call that is not in flight any more is counted a moment later. */
    static void awaitCounted(Loadline loadline) {
        AtomicReference<LimiterStats> last = new AtomicReference<>(LimiterStats.ZERO);
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            LimiterStats now = loadline.limiter().stats();
            return loadline.limiter().inFlight() == 0 && now.equals(last.getAndSet(now));
        });
    }

    /** Waits until no request is in flight, and for the counts of what ended since {@code before} to be {@code expected}. */
    static void awaitEnded(Loadline loadline, LimiterStats before, LimiterStats expected) {
        await().untilAsserted(() -> {
            assertThat(loadline.limiter().inFlight()).isZero();
            assertThat(loadline.limiter().stats().minus(before)).isEqualTo(expected);
        });
    }

    /** Counts of one request that ended so. */
    static LimiterStats one(Outcome outcome) {
        return new LimiterStats(
                outcome == Outcome.SUCCESS ? 1 : 0,
                outcome == Outcome.IGNORED ? 1 : 0,
                outcome == Outcome.DROPPED ? 1 : 0,
                0,
                0,
                0);
    }
}
