/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.util.List;

/** Asks the dependencies of a service whether they are there, at the beats of a heartbeat. Thread-safe. */
public final class DependencyChecks implements AutoCloseable {
    private final List<WatchedDependency> watched;
    private final Registration beats;

    private DependencyChecks(List<DependencyCheck> checks, Availability availability, Heartbeat heartbeat) {
        long now = heartbeat.ticker().read();
        this.watched = checks.stream()
                .map(check -> new WatchedDependency(check, availability, heartbeat.ticker(), now))
                .toList();
        this.beats = heartbeat.listen(beat -> watched.forEach(each -> each.beat(beat.nowNanos())));
    }

    /** Checks that begin with the next beat; those that have an effect hold readiness until they first succeed. */
    public static DependencyChecks create(
            List<DependencyCheck> checks, Availability availability, Heartbeat heartbeat) {
        return new DependencyChecks(checks, availability, heartbeat);
    }

    /** What is known of each, in the order they were given. */
    public List<DependencyStatus> statuses() {
        return watched.stream().map(WatchedDependency::status).toList();
    }

    /** Ends the checks; readiness is no longer held. */
    @Override
    public void close() {
        beats.close();
        watched.forEach(WatchedDependency::close);
    }
}
