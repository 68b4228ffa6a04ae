/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static java.util.Objects.requireNonNullElse;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scenario as a file tells it: a service, its clients, and what happens to both, phase by phase. Immutable. The format is
 * described in {@code benchmarks/scenarios/README.md}.
 *
 * @param title one line for tables
 * @param about why this is worth a scenario
 * @param cpus CPUs that the service believes to have; limiters may begin with them
 * @param warm time at the beginning that does not count, in whole seconds
 * @param clients how they wait and try again
 * @param replicas instances behind a balancer that takes turns
 * @param stages what a call passes, in this order
 * @param routes kinds of calls
 * @param phases what happens; each value holds until another phase changes it
 */
record Scenario(
        String title,
        String about,
        int cpus,
        Duration warm,
        Clients clients,
        int replicas,
        List<Stage> stages,
        List<Route> routes,
        List<Phase> phases) {

    /**
     * How clients behave.
     *
     * @param deadline how long they wait for an answer; the service does not know
     * @param retries how often they try again when refused, failed or not answered in time
     * @param backoff before the first retry, doubled before each further one, with jitter of half of it
     * @param think what a user of a closed loop waits between an answer and the next call
     */
    record Clients(Duration deadline, int retries, Duration backoff, Duration think) {
        /** Null where the default is meant: a second, no retries, 100 ms, no time to think. */
        static Clients of(
                @Nullable Duration deadline,
                @Nullable Integer retries,
                @Nullable Duration backoff,
                @Nullable Duration think) {
            return new Clients(
                    requireNonNullElse(deadline, Duration.ofSeconds(1)),
                    requireNonNullElse(retries, 0),
                    requireNonNullElse(backoff, Duration.ofMillis(100)),
                    requireNonNullElse(think, Duration.ZERO));
        }
    }

    /**
     * One thing that a call passes.
     *
     * @param servers calls it works on at once, the others wait in their order; null if nobody waits
     * @param cpu whether its servers are the CPUs: pauses of the process and the quota stop them, and they are what the
     *     utilization of the CPUs tells
     * @param thrash by what share work takes longer for each call that waits here
     * @param patience the longest that a call waits for a server before it fails, null for ever
     * @param timeout the longest that its work takes before it fails, null for ever
     * @param shared whether all replicas share it
     */
    record Stage(
            String name,
            @Nullable Integer servers,
            boolean cpu,
            double thrash,
            @Nullable Duration patience,
            @Nullable Duration timeout,
            boolean shared) {}

    /**
     * A kind of calls.
     *
     * @param share of all calls, relative to the other routes
     * @param time what it needs of each stage, by the stage's name; stages without one are not passed
     */
    record Route(String name, double share, Map<String, Times> time) {}

    /**
     * A span of time; null means as in the phase before.
     *
     * @param length how long it lasts
     * @param rate calls a second of an open loop
     * @param users users of a closed loop
     * @param ramp whether rate and slowness move evenly from what they were to what is said here, instead of at once
     * @param bursts calls that arrive at once, beside the others
     * @param slow by what factor work takes longer, by the stage's name
     * @param servers another number of servers, by the stage's name
     * @param fails share of work that fails when it is done, by the stage's name
     * @param shares other shares of the routes, by their names
     * @param pauses when the whole process stands still
     * @param quota share of its CPUs that the service may use in each tenth of a second
     */
    record Phase(
            Duration length,
            @Nullable Double rate,
            @Nullable Integer users,
            boolean ramp,
            @Nullable Bursts bursts,
            Map<String, Double> slow,
            Map<String, Integer> servers,
            Map<String, Double> fails,
            Map<String, Double> shares,
            @Nullable Pauses pauses,
            @Nullable Double quota) {}

    /** So many calls at once, again and again. */
    record Bursts(Duration every, int calls) {}

    /** The process stands still for {@code length} again and again; never, if {@code length} is zero. */
    record Pauses(Duration every, Duration length) {}

    /** The service as it is at the end, for {@code length} and with so many calls a second. */
    Scenario steady(double rate, Duration length) {
        Timeline timeline = new Timeline(this);
        long end = timeline.end() - 1;
        Map<String, Double> slow = new HashMap<>();
        Map<String, Integer> servers = new HashMap<>();
        Map<String, Double> fails = new HashMap<>();
        for (int i = 0; i < stages.size(); i++) {
            slow.put(stages.get(i).name(), timeline.slow(i, end));
            servers.put(stages.get(i).name(), timeline.servers(i, end));
            fails.put(stages.get(i).name(), timeline.fails(i, end));
        }
        Phase steady = new Phase(
                length,
                rate,
                0,
                false,
                timeline.bursts(end),
                slow,
                servers,
                fails,
                Map.of(),
                timeline.pauses(end),
                timeline.quota(end));
        return new Scenario(title, about, cpus, Duration.ZERO, clients, replicas, stages, routes, List.of(steady));
    }
}
