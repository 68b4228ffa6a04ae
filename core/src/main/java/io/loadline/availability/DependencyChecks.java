/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import static io.loadline.internal.Checks.checkArgument;

import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Asks the dependencies of a service whether they are there, at the beats of a heartbeat. Thread-safe. */
public final class DependencyChecks implements AutoCloseable {
    private final List<WatchedDependency> watched = new CopyOnWriteArrayList<>();
    private final Availability availability;
    private final Ticker ticker;
    private final Registration beats;

    private DependencyChecks(List<DependencyCheck> checks, Availability availability, Heartbeat heartbeat) {
        this.availability = availability;
        this.ticker = heartbeat.ticker();
        checks.forEach(this::add);
        this.beats = heartbeat.listen(beat -> watched.forEach(each -> each.beat(beat.nowNanos())));
    }

    /** Checks that begin with the next beat; those that have an effect hold readiness until they first succeed. */
    public static DependencyChecks create(
            List<DependencyCheck> checks, Availability availability, Heartbeat heartbeat) {
        return new DependencyChecks(checks, availability, heartbeat);
    }

    /**
     * Adds a check, where all are known only when the application is complete; as if it had been given at first.
     *
     * @throws IllegalArgumentException if there is one of that name
     */
    public void add(DependencyCheck check) {
        checkArgument(
                watched.stream().noneMatch(each -> each.status().name().equals(check.name())),
                "there is a dependency of this name already: '%s'",
                check.name());
        watched.add(new WatchedDependency(check, availability, ticker, ticker.read()));
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
