/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * What a simulated service and its clients are like at each second of a run. Immutable.
 *
 * @param seconds how long the run lasts
 * @param ratePerSecond calls that arrive per second, at a time in seconds
 * @param servers calls that the queued stage works on at once, at a time in seconds
 * @param mix draws the call that arrives at a time in seconds
 * @param capacityPerSecond calls per second the stage can do, at a time in seconds
 * @param stageIsCpu whether the stage's servers are the CPUs; otherwise they are a pool and the CPUs are idle
 * @param pauses when the whole process stands still
 */
record LoadModel(
        double seconds,
        DoubleUnaryOperator ratePerSecond,
        DoubleUnaryOperator servers,
        Mix mix,
        DoubleUnaryOperator capacityPerSecond,
        boolean stageIsCpu,
        Pauses pauses) {

    /** Ten servers of 20 ms on average with little variation: 500 calls per second. */
    static LoadModel tenTimesTwentyMillis(double seconds, DoubleUnaryOperator ratePerSecond) {
        return new LoadModel(
                seconds, ratePerSecond, t -> 10, (t, random) -> Call.of(20, 0.2, random), t -> 500, false, Pauses.NONE);
    }

    /** The run as a stage: times the capacity at a time in seconds. */
    LoadModel withServers(DoubleUnaryOperator changed, DoubleUnaryOperator capacity) {
        return new LoadModel(seconds, ratePerSecond, changed, mix, capacity, stageIsCpu, pauses);
    }

    LoadModel withMix(Mix changed, DoubleUnaryOperator capacity) {
        return new LoadModel(seconds, ratePerSecond, servers, changed, capacity, stageIsCpu, pauses);
    }

    LoadModel onCpu() {
        return new LoadModel(seconds, ratePerSecond, servers, mix, capacityPerSecond, true, pauses);
    }

    LoadModel withPauses(double everySeconds, double forSeconds) {
        return new LoadModel(
                seconds,
                ratePerSecond,
                servers,
                mix,
                capacityPerSecond,
                stageIsCpu,
                new Pauses(everySeconds, forSeconds));
    }

    /** Pauses at regular times, the first not at the very beginning; as a collector makes them. */
    record Pauses(double everySeconds, double forSeconds) {
        static final Pauses NONE = new Pauses(Double.POSITIVE_INFINITY, 0);

        /** When what is due at {@code second} happens: then, or after the pause it falls into. */
        double happens(double second) {
            double begun = Math.floor(second / everySeconds) * everySeconds;
            return begun > 0 && second < begun + forSeconds ? begun + forSeconds : second;
        }
    }

    /** Draws a call. */
    @FunctionalInterface
    interface Mix {
        Call draw(double second, Random random);
    }

    /**
     * A call.
     *
     * @param route its route's name
     * @param stageMillis what it needs of a server of the queued stage
     * @param ioMillis what it waits for elsewhere afterwards, where nothing queues
     */
    record Call(String route, double stageMillis, double ioMillis) {
        static Call of(double meanMillis, double sigma, Random random) {
            return new Call("work", logNormal(meanMillis, sigma, random), 0);
        }

        Call io(double meanMillis, double sigma, Random random) {
            return new Call(route, stageMillis, logNormal(meanMillis, sigma, random));
        }

        Call route(String name) {
            return new Call(name, stageMillis, ioMillis);
        }

        static double logNormal(double mean, double sigma, Random random) {
            return mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
        }
    }
}
