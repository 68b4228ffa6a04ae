/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.time.Duration;

/**
 * What is known of one queue that the service takes its work from, as of one tick. Immutable.
 *
 * @param name its name
 * @param objective how long a backlog may take to clear
 * @param depth messages that wait and fall to this instance; NaN if unknown
 * @param arrivalRate how many come each second for this instance; NaN if unknown
 * @param sustainedRate how many this instance was seen to do each second while others waited; NaN until it has
 */
public record QueueSnapshot(String name, Duration objective, double depth, double arrivalRate, double sustainedRate) {

    /** How many seconds this instance takes for what waits, if nothing more comes; NaN if unknown. */
    public double clearSeconds() {
        return depth / sustainedRate;
    }

    /** 1 if what waits is cleared exactly within the objective while more comes; NaN if unknown. See {@link Backlog}. */
    public double load() {
        return (arrivalRate + depth / (objective.toMillis() / 1e3)) / sustainedRate;
    }
}
