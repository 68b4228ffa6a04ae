/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.function.DoubleSupplier;

/**
 * A local resource that can run out: CPU, a pool, an executor. Implementations must be thread-safe; they are asked once a
 * second, aside from everything else: one that throws, or does not answer, counts as unknown until it does.
 */
public interface Saturation {

    /**
     * The resource's name, used as a tag: lower case, from a small fixed set. What follows a dot is one aspect of it: {@code
     * cpu.throttling} makes {@code cpu} the bottleneck.
     */
    String name();

    /**
     * How near it is to its end, 0 to about 1, above that what it cannot do; NaN if it is not known now. What is negative or
     * above 10, a percentage for instance, counts as unknown.
     */
    double utilization();

    /**
     * For people, in a few words: which of several pools, or why nothing is known. Asked after {@link #utilization()}, by the
     * same thread; empty if there is nothing to say, as by default.
     */
    default String detail() {
        return "";
    }

    /** What the utilization stands for. Asked once. Default: {@link Kind#USE}. */
    default Kind kind() {
        return Kind.USE;
    }

    /** A resource named {@code name} that is read from {@code utilization}. */
    static Saturation of(String name, DoubleSupplier utilization) {
        return new Saturation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double utilization() {
                return utilization.getAsDouble();
            }
        };
    }

    /** What a utilization stands for. */
    enum Kind {
        /**
         * The share in use of something that belongs to this process, such as its CPUs. It grows with the work in proportion,
         * so the largest stands for the load until the capacity is known.
         */
        USE,
        /**
         * The share in use of places that calls hold while they wait for others, such as connections. Stands for the load,
         * too; but since it grows when a dependency is slow, it is no sign of a local limit while calls wait for one.
         */
        PLACES,
        /**
         * What happens when something is short, such as pauses: names a bottleneck, but is not in proportion to the work and
         * so never stands for the load.
         */
        SYMPTOM,
        /**
         * A symptom, too: how long something waits for its turn. Since that grows whatever is used up, it names a bottleneck
         * only while nothing of the kinds {@link #USE} and {@link #SYMPTOM} is.
         */
        DELAY,
        /**
         * Work that waits outside for this instance to fetch it, over what it does in time. The load is at least that; it says
         * nothing about what is used up here. See {@link Backlog}.
         */
        BACKLOG
    }
}
