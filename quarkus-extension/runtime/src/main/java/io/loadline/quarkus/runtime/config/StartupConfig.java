/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.loadline.startup.StageTier;
import io.loadline.startup.StartupPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.startup.*}. Immutable. */
public interface StartupConfig {

    /**
     * The lowest tier of stages that readiness waits for: `critical`, `important` or `background`. Default: `critical`.
     */
    Optional<StageTier> readyAfter();

    /** How long the memory may take to come to rest after a stage. Default: 2s. */
    Optional<Duration> settle();

    /**
     * When a stage that made the heap grow is followed by a collection: `before-ready`, `always` or `never`. Default:
     * `before-ready`.
     */
    Optional<StartupPlan.Collection> collection();

    /** File on a writable volume that keeps what each stage took. Default: none. */
    Optional<String> historyFile();

    /** How stages wait for memory. */
    Gate gate();

    /** Which of the service's own routes are called before it is ready. */
    WarmUpCalls warmUp();

    /** The settings under {@code quarkus.loadline.startup.gate.*}. */
    interface Gate {
        /** How long a stage that readiness waits for may wait for memory. Default: 60s. */
        Optional<Duration> maxWait();

        /** Memory pressure from which on no stage begins, as a share of time, 0..1. Default: 0.1. */
        Optional<Double> maxPressure();

        /** Window in which instances without a lock file spread the beginning of their first stage. Default: 1s. */
        Optional<Duration> slot();

        /** Window in which instances spread the beginning of their first stage that is not critical. Default: 5s. */
        Optional<Duration> jitter();

        /** Name that tells this instance from others. Default: the host's name, the process's id and its start. */
        Optional<String> instance();

        /**
         * File on a path that the instances of a node share, through which one at a time claims the memory it needs.
         * Default: none, instances sense each other.
         */
        Optional<String> lockFile();
    }

    /** The settings under {@code quarkus.loadline.startup.warm-up.*}. */
    interface WarmUpCalls {
        /** Paths that are called by GET over loopback until their latency settles. Default: none. */
        Optional<List<String>> paths();

        /** Longest time all calls together may take. Default: 10s. */
        Optional<Duration> timeLimit();

        /** How often each path may be called. Default: 1000. */
        Optional<Integer> maxCalls();
    }
}
