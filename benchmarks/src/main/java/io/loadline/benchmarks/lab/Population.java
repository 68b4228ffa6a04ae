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
    private static final long LOOK_NANOS = 100_000_000;
    /* Before all others that number requests. */
    private static final int ROUTE = -1;
    private static final Runnable NOTHING = () -> {};

    /* What a user wants, in as many attempts as it takes. */
    private final class Request {
        final long number;
        final long arrivedNanos = events.now();
        final int route;
        final Runnable settled;
        /** Whether anything follows if there is no answer in time. */
        final boolean isAwaited;

        int attempts;

        Request(long number, Runnable settled) {
            this.number = number;
            this.settled = settled;
            this.isAwaited = settled != NOTHING || scenario.clients().retries() > 0;
            this.route = timeline.route(Call.numbers(seed, number, ROUTE).nextDouble(), arrivedNanos);
            score.arrived(arrivedNanos);
        }

        void attempt() {
            RandomGenerator numbers = Call.numbers(seed, number, attempts++);
            Call call = new Call(scenario, route, events.now(), numbers);
            boolean[] open = {true};
            Service replica = services.get((int) Math.floorMod(number + attempts, (long) services.size()));
            replica.receive(call, answer -> {
                long nanos = events.now() - call.sentNanos;
                if (answer == Answer.REFUSED) {
                    score.refused(arrivedNanos);
                } else {
                    score.served(arrivedNanos, nanos);
                }
                if (open[0]) {
                    open[0] = false;
                    answered(answer == Answer.OK && nanos <= deadlineNanos, numbers);
                }
            });
            if (isAwaited) {
                events.in(deadlineNanos, () -> {
                    if (open[0]) {
                        open[0] = false;
                        answered(false, numbers);
                    }
                });
            }
        }

        private void answered(boolean good, RandomGenerator numbers) {
            if (good) {
                score.good(arrivedNanos);
            } else if (attempts <= scenario.clients().retries() && events.now() < timeline.end()) {
                double backoff = scenario.clients().backoff().toNanos() * (double) (1L << (attempts - 1));
                events.in(Math.round(backoff * (1 + numbers.nextDouble()) / 2), this::attempt);
                return;
            }
            settled.run();
        }
    }

    /* One of a closed loop. */
    private final class User {
        final int number;
        final RandomGenerator thoughts;
        long asked;

        User(int number) {
            this.number = number;
            this.thoughts = Call.numbers(~seed, number, 0);
        }

        /** After a time of his own: users do not all come in the same moment. */
        void come() {
            present++;
            events.in(Math.round(thoughts.nextDouble() * Math.max(LOOK_NANOS, thinkNanos)), this::ask);
        }

        private void ask() {
            if (events.now() >= timeline.end() || present > timeline.users(events.now())) {
                present--;
                return;
            }
            long request = ((long) number << 32) + asked++;
            new Request(request, () -> events.in(Math.round(2 * thinkNanos * thoughts.nextDouble()), this::ask))
                    .attempt();
        }
    }

    private final Scenario scenario;
    private final Timeline timeline;
    private final Events events;
    private final List<Service> services;
    private final Score score;
    private final long seed;
    private final Random arrivals;
    private final long deadlineNanos;
    private final long thinkNanos;
    private long requests;
    private int users;
    private int present;

    Population(Scenario scenario, Timeline timeline, Events events, List<Service> services, Score score, long seed) {
        this.scenario = scenario;
        this.timeline = timeline;
        this.events = events;
        this.services = services;
        this.score = score;
        this.seed = seed;
        this.arrivals = new Random(seed);
        this.deadlineNanos = scenario.clients().deadline().toNanos();
        this.thinkNanos = scenario.clients().think().toNanos();
        events.at(0, this::arrive);
        for (int phase = 0; phase < timeline.phases(); phase++) {
            int begun = phase;
            events.at(timeline.start(phase), () -> {
                invite();
                burst(begun);
            });
        }
    }

    private void arrive() {
        if (events.now() >= timeline.end()) {
            return;
        }
        double rate = timeline.rate(events.now());
        double pause = rate > 0 ? -Math.log(1 - arrivals.nextDouble()) / rate : Double.POSITIVE_INFINITY;
        if (pause > Events.seconds(LOOK_NANOS)) {
            // Exponential pauses have no memory, so beginning anew changes nothing.
            events.in(LOOK_NANOS, this::arrive);
            return;
        }
        events.in(Events.nanos(pause), () -> {
            if (events.now() < timeline.end()) {
                new Request(requests++, NOTHING).attempt();
                arrive();
            }
        });
    }

    private void burst(int phase) {
        Bursts bursts = timeline.bursts(events.now());
        if (bursts.calls() == 0) {
            return;
        }
        for (long at : timeline.times(phase, bursts.every())) {
            events.at(at, () -> {
                for (int i = 0; i < bursts.calls(); i++) {
                    new Request(requests++, NOTHING).attempt();
                }
            });
        }
    }

    /** Users that are not here yet come; those who are too many go after their next answer. */
    private void invite() {
        while (present < timeline.users(events.now())) {
            new User(users++).come();
        }
    }
}
