/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Duration;
import java.util.Map;

/**
 * What is known of the calls to one dependency. Counts are since its guard was built and are read one by one, so they may be
 * off by the calls that end meanwhile.
 *
 * @param name the guard's name
 * @param state whether calls are let through
 * @param inFlight calls that run, those that were written off included
 * @param concurrency calls that may run at once
 * @param lost calls that run and were written off: they hang since before the dependency recovered and take no place
 * @param succeeded calls that ended in {@link GuardOutcome#SUCCESS}
 * @param failed calls that ended in {@link GuardOutcome#FAILURE}
 * @param timedOut calls that exceeded their time; they count as soon as they do, while they run
 * @param cancelled calls that ended in {@link GuardOutcome#CANCELLED}, or exceeded a deadline that was too short to say
 *     anything about the dependency
 * @param slow calls that took longer than a call may; they count as soon as they do, and by their outcome, too
 * @param refused calls that were not made, by reason
 * @param waited the time that all calls that have ended took
 * @param ended the calls that have ended
 * @param mean the mean duration of the calls that ended in the last 10 to 20 s; zero without any
 * @param p99 what 99 of 100 successful calls of the last 10 to 20 s took at most, up to 12 % too high; zero without any
 * @param share the share of the time of the requests in service that they spend in calls to this dependency, 0..1, over the
 *     last second or so; NaN if nobody tells how many requests there are
 */
public record DependencyStats(
        String name,
        GuardState state,
        int inFlight,
        int concurrency,
        int lost,
        long succeeded,
        long failed,
        long timedOut,
        long cancelled,
        long slow,
        Map<GuardRefusal, Long> refused,
        Duration waited,
        long ended,
        Duration mean,
        Duration p99,
        double share) {

    /** The calls made, those that run included. */
    public long calls() {
        return Math.max(ended + inFlight, succeeded + failed + timedOut + cancelled);
    }
}
