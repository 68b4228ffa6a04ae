/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.ServiceProcess;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One of a fleet, watched until it is ready or has ended. Thread-safe. */
final class Pod {
    /** Where a pod is. */
    enum State {
        STARTING,
        READY,
        /** It ended by itself, or the kernel ended it. */
        GONE
    }

    private static final int PROBE_MILLIS = 50;

    private final String name;
    private final ServiceProcess process;
    /* Written by the thread that watches it, read by those that report. */
    private volatile State state = State.STARTING;
    private volatile long readyNanos;

    Pod(String name, ServiceProcess process) {
        this.name = name;
        this.process = process;
    }

    String name() {
        return name;
    }

    State state() {
        return state;
    }

    ServiceProcess process() {
        return process;
    }

    /** When it was ready; meaningless until it is. */
    long readyNanos() {
        return readyNanos;
    }

    /** Probes it until it is ready or has ended. */
    void watch() throws InterruptedException {
        while (process.isAlive()) {
            Probe.Answer answer = Probe.get(process.port(), "/readyz", Duration.ofSeconds(1));
            if (answer != null && answer.status() == 200) {
                readyNanos = System.nanoTime();
                state = State.READY;
                return;
            }
            TimeUnit.MILLISECONDS.sleep(PROBE_MILLIS);
        }
        state = State.GONE;
    }

    /** Notes that a pod that was ready has ended meanwhile. */
    void look() {
        if (!process.isAlive()) {
            state = State.GONE;
        }
    }
}
