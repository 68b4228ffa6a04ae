/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import io.loadline.benchmarks.harness.Sample;
import java.util.List;
import java.util.Locale;

/** What a service under comparison is short of. The one that moves the generator to a CPU of its own comes last. */
enum Service {
    /** Ten connections of 20 ms each. */
    POOL("/pool", 500, false, List.of("-Xms512m", "-Xmx512m")),
    /** The pool again, behind pauses of G1: a small heap, half of which is a cache of small objects that is replaced. */
    GC("/garbage", 500, false, List.of("-Xms160m", "-Xmx160m", "-XX:+UseG1GC")),
    /**
     * One core, of which each request takes 10 ms; the generator has the other. Compiled by C1 only: at eighty requests a
     * second C2 takes minutes to have compiled what a request needs, and meanwhile takes a share of the core that is the
     * larger the fewer requests run beside it, so that the limiter which lets most of them in would look best.
     */
    CPU(
            "/burn?ms=10",
            0,
            true,
            List.of("-Xms512m", "-Xmx512m", "-XX:ActiveProcessorCount=1", "-XX:TieredStopAtLevel=1"));

    final String path;

    /** What it can do, in requests a second; 0 if that has to be tried. */
    final double capacityPerSecond;

    /** Whether it has a CPU for itself, and the generator another. */
    final boolean pinned;

    final List<String> jvmArguments;

    Service(String path, double capacityPerSecond, boolean pinned, List<String> jvmArguments) {
        this.path = path;
        this.capacityPerSecond = capacityPerSecond;
        this.pinned = pinned;
        this.jvmArguments = jvmArguments;
    }

    /** Whether a sample has it: the cache of small objects is put beside the one on Spring Boot. */
    boolean isOn(Sample sample) {
        return this != GC || sample == Sample.SPRING_BOOT;
    }

    /** Its name on command lines and in figures. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
