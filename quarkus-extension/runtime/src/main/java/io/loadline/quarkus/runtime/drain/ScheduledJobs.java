/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.Loadline;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.time.Heartbeat;
import io.quarkus.scheduler.Scheduler;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/** Jobs: none begins once the drain is announced, and those that run end. Thread-safe. */
@Singleton
public class ScheduledJobs implements OptionalParticipant {
    private final Scheduler scheduler;
    private final RunningWork work;
    private final Heartbeat heartbeat;
    private final LoadlineConfig config;

    /** Written when it prepares, read when it drains, by the same thread. */
    private boolean paused;

    @Inject
    ScheduledJobs(Scheduler scheduler, RunningWork work, Loadline loadline, LoadlineConfig config) {
        this.scheduler = scheduler;
        this.work = work;
        this.heartbeat = loadline.heartbeat();
        this.config = config;
    }

    @Override
    public boolean takesPart() {
        return config.drain().participants().scheduled();
    }

    @Override
    public String name() {
        return "scheduled jobs";
    }

    @Override
    public void prepare() {
        if (scheduler.isStarted()) {
            scheduler.pause();
            paused = true;
        }
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        if (paused) {
            Idleness.await(heartbeat, () -> work.isIdle(CountedWork.JOBS));
        }
    }

    @Override
    public List<String> active() {
        return work.active(CountedWork.JOBS);
    }
}
