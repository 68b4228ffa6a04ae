/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.lab.Scenario.Bursts;
import io.loadline.benchmarks.lab.Service.Answer;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** The clients of a scenario: an open loop, bursts, and users who wait for their answers. Not thread-safe. */
final class Population {
    /* A pause between arrivals may reach past a change of the rate: look again after this. */
    private static final double LOOK = 0.1;

    /* What a user wants, in as many attempts as it takes. */
    private final class Request {
        final long id = requests++;
        final double arrived = events.now();
        final int route;
        final Runnable settled;
        int attempts;
        boolean answered;

        Request(Runnable settled) {
            this.settled = settled;
            this.route = timeline.route(Call.numbers(seed, id, -1).nextDouble(), arrived);
            score.arrived(arrived);
        }

        void attempt() {
            RandomGenerator numbers = Call.numbers(seed, id, attempts++);
            Call call = new Call(scenario, route, events.nanos(), numbers);
            boolean[] open = {true};
            int replica = (int) ((id + attempts) % services.size());
            services.get(replica).receive(call, answer -> {
                double seconds = (events.nanos() - call.sentNanos) / 1e9;
                if (answer == Answer.REFUSED) {
                    score.refused(arrived);
                } else {
                    score.served(arrived, seconds);
                }
                if (open[0]) {
                    open[0] = false;
                    answered(answer == Answer.OK && seconds <= deadline, numbers);
                }
            });
            events.in(deadline, () -> {
                if (open[0]) {
                    open[0] = false;
                    answered(false, numbers);
                }
            });
        }

        private void answered(boolean good, RandomGenerator numbers) {
            if (good) {
                score.good(arrived);
            } else if (attempts <= scenario.clients().retries() && events.now() < scenario.seconds()) {
                double backoff = scenario.clients().backoff().toNanos() / 1e9 * (1L << (attempts - 1));
                events.in(backoff * (1 + numbers.nextDouble()) / 2, this::attempt);
                return;
            }
            settled.run();
        }
    }

    private final Scenario scenario;
    private final Timeline timeline;
    private final Events events;
    private final List<Service> services;
    private final Score score;
    private final long seed;
    private final Random arrivals;
    private final Random thoughts;
    private final double deadline;
    private long requests;
    private int users;

    Population(Scenario scenario, Timeline timeline, Events events, List<Service> services, Score score, long seed) {
        this.scenario = scenario;
        this.timeline = timeline;
        this.events = events;
        this.services = services;
        this.score = score;
        this.seed = seed;
        this.arrivals = new Random(seed);
        this.thoughts = new Random(~seed);
        this.deadline = scenario.clients().deadline().toNanos() / 1e9;
        events.at(0, this::arrive);
        for (int phase = 0; phase < scenario.phases().size(); phase++) {
            int begun = phase;
            events.at(scenario.start(phase), this::invite);
            events.at(scenario.start(phase), () -> burst(begun));
        }
    }

    private void arrive() {
        if (events.now() >= scenario.seconds()) {
            return;
        }
        double rate = timeline.rate(events.now());
        double pause = rate > 0 ? -Math.log(1 - arrivals.nextDouble()) / rate : Double.POSITIVE_INFINITY;
        if (pause > LOOK) {
            // Exponential pauses have no memory, so beginning anew changes nothing.
            events.in(LOOK, this::arrive);
            return;
        }
        events.in(pause, () -> {
            if (events.now() < scenario.seconds()) {
                new Request(() -> {}).attempt();
                arrive();
            }
        });
    }

    private void burst(int phase) {
        Bursts bursts = timeline.bursts(scenario.start(phase));
        double every = bursts.every().toNanos() / 1e9;
        for (double at = scenario.start(phase) + every; at < scenario.start(phase + 1); at += every) {
            events.at(at, () -> {
                for (int i = 0; i < bursts.calls(); i++) {
                    new Request(() -> {}).attempt();
                }
            });
        }
    }

    /** Users that are not here yet come; those who are too many go after their next answer. */
    private void invite() {
        while (users < timeline.users(events.now())) {
            users++;
            // They do not all come in the same moment.
            events.in(thoughts.nextDouble() * Math.max(LOOK, think()), this::ask);
        }
    }

    private void ask() {
        if (events.now() >= scenario.seconds() || users > timeline.users(events.now())) {
            users--;
            return;
        }
        new Request(() -> events.in(think() * 2 * thoughts.nextDouble(), this::ask)).attempt();
    }

    private double think() {
        return scenario.clients().think().toNanos() / 1e9;
    }
}
