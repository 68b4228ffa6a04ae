/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.Loadline;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.time.Heartbeat;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/**
 * What Quarkus' executor runs, and so what managed executors hand to it: it serves requests to the last, and then finishes what
 * it holds. Thread-safe.
 */
@Singleton
public class ExecutorTasks implements OptionalParticipant {
    private final Heartbeat heartbeat;
    private final LoadlineConfig config;

    /** Written when it prepares, read when it drains, by the same thread. */
    private boolean wasIdle;

    @Inject
    ExecutorTasks(Loadline loadline, LoadlineConfig config) {
        this.heartbeat = loadline.heartbeat();
        this.config = config;
    }

    @Override
    public boolean takesPart() {
        return config.drain().participants().executors();
    }

    @Override
    public String name() {
        return "executor";
    }

    @Override
    public boolean servesRequests() {
        return true;
    }

    @Override
    public void prepare() {
        wasIdle = WorkingThreads.none();
    }

    /** Twice idle is idle, see {@link Idleness}; a service that has had nothing to do leaves at once. */
    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        if (!wasIdle || !WorkingThreads.none()) {
            Idleness.await(heartbeat, WorkingThreads::none);
        }
    }

    @Override
    public List<String> active() {
        return WorkingThreads.lines();
    }
}
