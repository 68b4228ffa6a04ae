/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.time.Duration;
import java.util.List;

/** Tells the flight recorder what a limiter does. Not thread-safe; guarded by the limiter's lock. */
class LimiterEvents {
    /*
     * A run time made of chosen modules may have no flight recorder: this class, which knows nothing of it, is all there
     * is then.
     */

    /** The events of the limiter {@code name}. */
    static LimiterEvents of(String name) {
        boolean recorder = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
        return recorder ? new RecordedEvents(name) : new LimiterEvents();
    }

    /** Due at each beat, after the statistics have been collected. */
    void refusals(List<Route> routes, Collector collector) {}

    void limitChanged(int before, int after, String reason) {}

    void stalled(Duration duration) {}
}
