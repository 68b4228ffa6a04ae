/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.loadline.drain.ReadinessFlip;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.drain.*}. Immutable. */
public interface DrainConfig {

    /** Time for the whole drain; should be below the platform's grace period. Default: 25s. */
    Optional<Duration> deadline();

    /** Least silence that counts as the end of the traffic. Default: 1s. */
    Optional<Duration> quiet();

    /** Longest time to wait for the end of the traffic. Default: 10s. */
    Optional<Duration> settleMax();

    /** How long the platform's preStop hook sleeps before the signal; settling takes so much less. Default: 0s. */
    Optional<Duration> preStopSleep();

    /** When readiness goes down: `at-once`, `late` (when traffic has stopped) or `never`. Default: `at-once`. */
    Optional<ReadinessFlip> readiness();

    /** How long event streams and long polls that were told to go may hold the drain. Default: 2s. */
    Optional<Duration> farewell();

    /**
     * Path patterns of requests that wait until somebody ends them, such as long polls, `/changes/**`: they are answered when
     * the drain begins. Event streams are known without.
     */
    Optional<List<String>> longLived();

    /** What takes part in the drain beside requests. */
    Participants participants();

    /** The settings under {@code quarkus.loadline.drain.participants.*}. */
    interface Participants {
        /** Whether the scheduler is paused when the drain begins, and jobs that run are waited for. */
        @WithDefault("true")
        boolean scheduled();

        /** Whether what Quarkus' executor runs is waited for. */
        @WithDefault("true")
        boolean executors();

        /** Whether channels of Kafka are paused when the drain begins. */
        @WithDefault("true")
        boolean kafka();

        /** Whether channels of RabbitMQ are paused when the drain begins. */
        @WithDefault("true")
        boolean rabbit();
    }
}
