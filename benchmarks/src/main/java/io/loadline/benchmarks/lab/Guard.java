/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A limiter before a service, of whatever make. Not thread-safe. */
interface Guard {

    /** Something that stands for an admitted call, or null if it is refused. */
    @Nullable
    Object admit(String route);

    /** An admitted call has ended. */
    void end(Object admitted, boolean success);

    /** The present limit in calls. */
    int limit();

    /** Called every 100 ms. */
    default void beat() {}

    /** The process stood still; called before the next beat. */
    default void stalled(Duration duration) {}

    /** What a limiter can know of its surroundings. */
    interface Surroundings {

        /** The time in nanoseconds, from an arbitrary origin. */
        long nanos();

        /** CPUs that the service has. */
        int cpus();

        /** The utilization of the CPUs since this was last asked, about 0 to 1. */
        double cpuUtilization();

        /** A seed for what the limiter leaves to chance. */
        long seed();
    }

    /** Makes limiters of one kind. */
    interface Factory {
        Guard create(Surroundings surroundings);
    }
}
