/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import java.util.List;
import java.util.Locale;

/** What becomes of the service. Times are in seconds before they are shortened, loads in what one pod can do. */
enum Scenario {
    FLASH_SCALED("a flash crowd, five times faster", 660, 60),
    /** At Kubernetes' own times, always: else the time of starts, which nobody can save, would be most of the violations. */
    FLASH("a flash crowd", 660, 60),
    WAVE("a slow wave", 900, 0),
    ROLLOUT("a rolling update as a wave rises", 900, 225),
    KILLS("half of the pods killed at the peak of a wave", 900, 450),
    DEPENDENCY("a dependency slow for a minute", 600, 240);

    /* A tenth of its quota goes to scrapes, probes and the JVM itself: at 0.4 a target of 50 % has two pods already. */
    private static final double CALM = 0.3;
    /* More than four pods can do, and what six do at the target: who doubles one pod in each turn takes three. */
    private static final double CROWD = 4.1;
    private static final double CROWD_SECONDS = 240;
    private static final double RAMP_SECONDS = 5;
    private static final double LOW = 0.8;
    private static final double HIGH = 2.6;
    private static final double STEADY = 1.4;

    final String title;
    final int seconds;

    /** When something happens, other than that load changes, if it does. */
    final int incidentSeconds;

    Scenario(String title, int seconds, int incidentSeconds) {
        this.title = title;
        this.seconds = seconds;
        this.incidentSeconds = incidentSeconds;
    }

    /** Whether it is about more than a load that changes: then it is no contest. */
    boolean isIncident() {
        return !isFlash() && this != WAVE;
    }

    private boolean isFlash() {
        return this == FLASH || this == FLASH_SCALED;
    }

    /** As many pods as what is offered first takes, by whatever target. */
    int firstReplicas() {
        return isFlash() ? 1 : 2;
    }

    /** What is asked for, in turn. */
    List<String> paths() {
        return this == DEPENDENCY ? List.of(Replica.WORK, "/orders/7/stock") : List.of(Replica.WORK);
    }

    /** What is offered at a time. */
    double offered(double second) {
        return switch (this) {
            case FLASH, FLASH_SCALED -> flash(second);
            case WAVE, ROLLOUT, KILLS -> LOW + (HIGH - LOW) * (1 - Math.cos(2 * Math.PI * second / seconds)) / 2;
            case DEPENDENCY -> STEADY;
        };
    }

    private double flash(double second) {
        double risen = (second - incidentSeconds) / RAMP_SECONDS;
        double fallen = (second - incidentSeconds - CROWD_SECONDS) / RAMP_SECONDS;
        return CALM + (CROWD - CALM) * (within01(risen) - within01(fallen));
    }

    private static double within01(double value) {
        return Math.max(0, Math.min(1, value));
    }

    /** The most that is offered. */
    double peak() {
        return switch (this) {
            case FLASH, FLASH_SCALED -> CROWD;
            case WAVE, ROLLOUT, KILLS -> HIGH;
            case DEPENDENCY -> STEADY;
        };
    }

    /** Its name on command lines and in figures. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
