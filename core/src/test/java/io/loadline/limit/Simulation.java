/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A discrete-event simulation in virtual time of a service behind a real limiter: open-loop Poisson arrivals, one stage
 * with servers and a FIFO queue, then I/O that does not queue. Not thread-safe; the same seed gives the same run.
 *
 * <p>A client waits for one second; the service does not know and does the work nevertheless, which is what makes
 * overload expensive.
 */
final class Simulation {
    private static final long BEAT_NANOS = 100_000_000L;
    private static final double DEADLINE_SECONDS = 1;
    private static final double IDLE_CPU = 0.3;
    private static final double LATE_SECONDS = 0.05;

    private final LoadModel model;
    private final Random random;
    private final ManualTicker ticker = new ManualTicker();
    private final Duration maxWait;
    private final ConcurrencyLimiter limiter;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Deque<Served> queue = new ArrayDeque<>();
    private final List<Served> all = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private long nowNanos;
    private long sequence;
    private int busy;
    private double busySeconds;
    private double busySince;
    private double cpuRead;
    private double cpuReadAt;
    private double lastBeat;

    private final Supplier<CallContext> contexts;

    private Simulation(
            LoadModel model,
            long seed,
            LimitAlgorithm algorithm,
            Supplier<CallContext> contexts,
            int maxWaiters,
            Duration maxWait) {
        this.model = model;
        this.contexts = contexts;
        this.random = new Random(seed);
        this.maxWait = maxWait;
        ConcurrencyLimiter.Builder builder = ConcurrencyLimiter.builder("simulated")
                .ticker(ticker)
                .algorithm(() -> algorithm)
                .maxRoutes(8)
                .maxWaiters(maxWaiters)
                .cpuUtilization(this::cpuUtilization);
        builder.background = new VirtualBackground();
        this.limiter = builder.build();
    }

    /** Runs {@code model} with the default algorithm of a service with four CPUs, whatever this machine has. */
    static Simulation run(LoadModel model, long seed) {
        return run(model, seed, AdaptiveLimit.builder().initialLimit(16).limits(2, 1000));
    }

    static Simulation run(LoadModel model, long seed, AdaptiveLimit.Builder algorithm) {
        return run(model, seed, algorithm.build());
    }

    static Simulation run(LoadModel model, long seed, LimitAlgorithm algorithm) {
        return run(model, seed, algorithm, () -> CallContext.NONE);
    }

    static Simulation run(LoadModel model, long seed, LimitAlgorithm algorithm, Supplier<CallContext> contexts) {
        Simulation simulation = new Simulation(model, seed, algorithm, contexts, 0, Duration.ZERO);
        simulation.run();
        return simulation;
    }

    /** With limits of routes. */
    static Simulation run(LoadModel model, long seed, String route, RouteLimits limits) {
        Simulation simulation = new Simulation(
                model,
                seed,
                AdaptiveLimit.builder().initialLimit(16).limits(2, 1000).build(),
                () -> CallContext.NONE,
                0,
                Duration.ZERO);
        simulation.limiter.limits(route, limits);
        simulation.run();
        return simulation;
    }

    /** Runs {@code model} behind a limiter where so many calls may wait so long. */
    static Simulation run(LoadModel model, long seed, LimitAlgorithm algorithm, int maxWaiters, Duration maxWait) {
        Simulation simulation = new Simulation(model, seed, algorithm, () -> CallContext.NONE, maxWaiters, maxWait);
        simulation.run();
        return simulation;
    }

    private void run() {
        schedule(0, this::beat);
        schedule(0, this::arrive);
        while (!events.isEmpty()) {
            Event event = events.remove();
            ticker.advanceNanos(event.atNanos - nowNanos);
            nowNanos = event.atNanos;
            event.action.run();
        }
        if (limiter.inFlight() != 0) {
            throw new AssertionError("in flight at the end: " + limiter.inFlight());
        }
    }

    private void beat() {
        double late = now() - lastBeat - BEAT_NANOS / 1e9;
        lastBeat = now();
        if (late > LATE_SECONDS) {
            limiter.stalled(Duration.ofNanos(Math.round(late * 1e9)));
        }
        limiter.beat();
        samples.add(new Sample(
                now(),
                limiter.limit(),
                limiter.inFlight(),
                limiter.lastDecision().reason()));
        if (now() < model.seconds()) {
            schedule(BEAT_NANOS / 1e9, this::beat);
        }
    }

    private void arrive() {
        if (now() >= model.seconds()) {
            return;
        }
        double rate = model.ratePerSecond().applyAsDouble(now());
        // A pause between arrivals may reach past a change of rate: look again every 100 ms.
        double pause = rate > 0 ? -Math.log(1 - random.nextDouble()) / rate : 1;
        if (pause > 0.1) {
            // Exponential pauses have no memory, so beginning anew changes nothing.
            at(now() + 0.1, this::arrive);
            return;
        }
        double arrived = now() + pause;
        // Clients know nothing of a pause; what they send meanwhile is accepted all at once after it.
        at(arrived, this::arrive);
        schedule(pause, () -> admit(new Served(arrived, model.mix().draw(arrived, random))));
    }

    private void admit(Served call) {
        all.add(call);
        call.context = contexts.get();
        call.route = limiter.route(call.call.route());
        if (maxWait.isZero()) {
            begin(call, limiter.tryAcquireTicket(call.route, call.context));
        } else {
            // Not whenComplete, which takes a stack trace for each refusal that it passes on.
            Object unused = limiter.acquireAsync(call.route, call.context, maxWait)
                    .handle((permit, refusal) -> {
                        begin(call, permit == null ? ConcurrencyLimiter.REFUSED : permit.toTicket());
                        return true;
                    });
        }
    }

    private void begin(Served call, long ticket) {
        call.ticket = ticket;
        if (ticket != ConcurrencyLimiter.REFUSED) {
            queue.add(call);
            serve();
        }
    }

    private void serve() {
        while (!queue.isEmpty() && busy < model.servers().applyAsDouble(now())) {
            Served call = queue.remove();
            busy(1);
            schedule(call.call.stageMillis() / 1e3, () -> {
                busy(-1);
                serve();
                schedule(call.call.ioMillis() / 1e3, () -> finish(call));
            });
        }
    }

    private void finish(Served call) {
        call.seconds = now() - call.arrived;
        limiter.release(call.ticket, call.route, Outcome.SUCCESS);
    }

    private void busy(int change) {
        busySeconds += busy * (now() - busySince);
        busySince = now();
        busy += change;
    }

    private double cpuUtilization() {
        if (!model.stageIsCpu()) {
            return IDLE_CPU;
        }
        busy(0);
        double used =
                (busySeconds - cpuRead) / (now() - cpuReadAt) / model.servers().applyAsDouble(now());
        cpuRead = busySeconds;
        cpuReadAt = now();
        return used;
    }

    private double now() {
        return nowNanos / 1e9;
    }

    private void schedule(double inSeconds, Runnable action) {
        at(model.pauses().happens(now() + inSeconds), action);
    }

    private void at(double second, Runnable action) {
        events.add(new Event(Math.max(nowNanos, Math.round(second * 1e9)), sequence++, action));
    }

    /** Calls that arrived in a span of seconds. */
    private java.util.stream.Stream<Served> arrived(double from, double to) {
        return all.stream().filter(c -> c.arrived >= from && c.arrived < to);
    }

    long offered(double from, double to) {
        return arrived(from, to).count();
    }

    /** Shed calls of one route in a span as a share of those that arrived. */
    double shed(String route, double from, double to) {
        List<Served> calls =
                arrived(from, to).filter(c -> c.call.route().equals(route)).toList();
        return (double) calls.stream().filter(Served::isShed).count() / calls.size();
    }

    /** Shed calls of a span as a share of those that arrived. */
    double shed(double from, double to) {
        return (double) arrived(from, to).filter(Served::isShed).count() / offered(from, to);
    }

    /** The same of certain calls. */
    double shed(Predicate<CallContext> which, double from, double to) {
        List<Served> calls =
                arrived(from, to).filter(call -> which.test(call.context)).toList();
        return (double) calls.stream().filter(Served::isShed).count() / calls.size();
    }

    /** Calls of a span that were answered in time, as a share of what could have been: the offer or the capacity. */
    double goodput(double from, double to) {
        double capacity = 0;
        for (double t = from; t < to - 1e-9; t += 0.1) {
            capacity += 0.1 * model.capacityPerSecond().applyAsDouble(t);
        }
        return arrived(from, to).filter(Served::isGood).count() / Math.min(capacity, (double) offered(from, to));
    }

    /** The 99th percentile in milliseconds of the latency of calls of a span that were admitted. */
    double p99Millis(double from, double to) {
        return percentileMillis(0.99, from, to);
    }

    double percentileMillis(double share, double from, double to) {
        double[] sorted = arrived(from, to)
                .filter(c -> !c.isShed())
                .mapToDouble(c -> c.seconds)
                .sorted()
                .toArray();
        return sorted[(int) Math.ceil(share * sorted.length) - 1] * 1e3;
    }

    /** What happened, half second by half second, for whoever has to find out why a bar was missed. */
    String trace() {
        StringBuilder text = new StringBuilder();
        for (double t = 0; t < model.seconds() - 1e-9; t += 0.5) {
            double from = t;
            List<Served> calls = arrived(from, from + 0.5).toList();
            text.append(String.format(
                    "%5.1f offered %5d shed %5d good %5d |",
                    from,
                    calls.size(),
                    calls.stream().filter(Served::isShed).count(),
                    calls.stream().filter(Served::isGood).count()));
            String last = "";
            for (Sample sample : samples) {
                if (sample.second >= from && sample.second < from + 0.5 - 1e-9) {
                    text.append(" ").append(sample.limit).append("/").append(sample.inFlight);
                    last = sample.reason;
                }
            }
            text.append(" | ").append(last).append('\n');
        }
        return text.toString();
    }

    /** What the limiter has run for it is run in virtual time, in the order of events. */
    private final class VirtualBackground implements Waiting.Background {
        @Override
        public void execute(Runnable task) {
            at(now(), task);
        }

        @Override
        public Runnable schedule(Runnable task, long nanos) {
            AtomicBoolean cancelled = new AtomicBoolean();
            Simulation.this.schedule(nanos / 1e9, () -> {
                if (!cancelled.get()) {
                    task.run();
                }
            });
            return () -> cancelled.set(true);
        }
    }

    private record Sample(double second, int limit, int inFlight, String reason) {}

    private record Event(long atNanos, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private static final class Served {
        final double arrived;
        final LoadModel.Call call;
        Route route;
        CallContext context;
        long ticket;
        double seconds;

        Served(double arrived, LoadModel.Call call) {
            this.arrived = arrived;
            this.call = call;
        }

        boolean isShed() {
            return ticket == ConcurrencyLimiter.REFUSED;
        }

        boolean isGood() {
            return !isShed() && seconds <= DEADLINE_SECONDS;
        }
    }
}
