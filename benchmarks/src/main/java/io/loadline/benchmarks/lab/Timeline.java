/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static java.util.Objects.requireNonNullElse;

import io.loadline.benchmarks.lab.Scenario.Bursts;
import io.loadline.benchmarks.lab.Scenario.Pauses;
import io.loadline.benchmarks.lab.Scenario.Phase;
import io.loadline.benchmarks.lab.Scenario.Route;
import io.loadline.benchmarks.lab.Scenario.Stage;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/** What holds at each moment of a scenario: phases with what they take over from those before. Times are nanoseconds. Immutable. */
final class Timeline {
    private static final Pauses NO_PAUSES = new Pauses(Duration.ofDays(1), Duration.ZERO);
    private static final Bursts NO_BURSTS = new Bursts(Duration.ofDays(1), 0);

    /* What holds in a phase: two values where it may move from one to the other. */
    private static final class Span {
        long start;
        long end;
        double rateBefore;
        double rate;
        int users;
        double[] slowBefore = {};
        double[] slow = {};
        int[] servers = {};
        double[] fails = {};
        double[] shares = {};
        double quota = 1;
        Pauses pauses = NO_PAUSES;
        Bursts bursts = NO_BURSTS;
    }

    private final Scenario scenario;
    private final Span[] spans;

    Timeline(Scenario scenario) {
        this.scenario = scenario;
        this.spans = new Span[scenario.phases().size()];
        Span before = first(scenario);
        for (int i = 0; i < spans.length; i++) {
            spans[i] = next(before, scenario.phases().get(i));
            before = spans[i];
        }
    }

    private static Span first(Scenario scenario) {
        Span span = new Span();
        span.slow = scenario.stages().stream().mapToDouble(stage -> 1).toArray();
        span.servers = scenario.stages().stream()
                .mapToInt(stage -> requireNonNullElse(stage.servers(), Integer.MAX_VALUE))
                .toArray();
        span.fails = new double[scenario.stages().size()];
        span.shares = scenario.routes().stream().mapToDouble(Route::share).toArray();
        return span;
    }

    private Span next(Span before, Phase phase) {
        Span span = new Span();
        span.start = before.end;
        span.end = before.end + phase.length().toNanos();
        span.rate = requireNonNullElse(phase.rate(), before.rate);
        span.rateBefore = phase.ramp() ? before.rate : span.rate;
        span.users = requireNonNullElse(phase.users(), before.users);
        span.slow = before.slow.clone();
        span.servers = before.servers.clone();
        span.fails = before.fails.clone();
        List<Stage> stages = scenario.stages();
        for (int i = 0; i < stages.size(); i++) {
            String name = stages.get(i).name();
            span.slow[i] = phase.slow().getOrDefault(name, span.slow[i]);
            span.servers[i] = phase.servers().getOrDefault(name, span.servers[i]);
            span.fails[i] = phase.fails().getOrDefault(name, span.fails[i]);
        }
        span.slowBefore = phase.ramp() ? before.slow : span.slow;
        span.shares = before.shares.clone();
        for (int i = 0; i < span.shares.length; i++) {
            span.shares[i] =
                    phase.shares().getOrDefault(scenario.routes().get(i).name(), span.shares[i]);
        }
        span.quota = requireNonNullElse(phase.quota(), before.quota);
        span.pauses = requireNonNullElse(phase.pauses(), before.pauses);
        span.bursts = requireNonNullElse(phase.bursts(), before.bursts);
        return span;
    }

    /** The phase at a time; the last one from its beginning on. */
    int phase(long nanos) {
        int phase = 0;
        while (phase < spans.length - 1 && nanos >= spans[phase].end) {
            phase++;
        }
        return phase;
    }

    private Span at(long nanos) {
        return spans[phase(nanos)];
    }

    int phases() {
        return spans.length;
    }

    long start(int phase) {
        return spans[phase].start;
    }

    /** When a phase ends. */
    long end(int phase) {
        return spans[phase].end;
    }

    /** When the last phase ends. */
    long end() {
        return spans[spans.length - 1].end;
    }

    /** The multiples of {@code every} in a phase, but for the very beginning of all: the rhythm goes on over phases. */
    long[] times(int phase, Duration every) {
        Span span = spans[phase];
        long first = Math.max(1, -Math.floorDiv(-span.start, every.toNanos()));
        return LongStream.iterate(first * every.toNanos(), at -> at < span.end, at -> at + every.toNanos())
                .toArray();
    }

    /** Calls a second of the open loop. */
    double rate(long nanos) {
        Span span = at(nanos);
        return between(span.rateBefore, span.rate, span, nanos);
    }

    int users(long nanos) {
        return at(nanos).users;
    }

    /** By what factor work in a stage takes longer. */
    double slow(int stage, long nanos) {
        Span span = at(nanos);
        return between(span.slowBefore[stage], span.slow[stage], span, nanos);
    }

    int servers(int stage, long nanos) {
        return at(nanos).servers[stage];
    }

    /** The share of work in a stage that fails. */
    double fails(int stage, long nanos) {
        return at(nanos).fails[stage];
    }

    /** The share of the CPUs that may be used. */
    double quota(long nanos) {
        return at(nanos).quota;
    }

    Pauses pauses(long nanos) {
        return at(nanos).pauses;
    }

    Bursts bursts(long nanos) {
        return at(nanos).bursts;
    }

    /** The route that a number between 0 and 1 stands for. */
    int route(double number, long nanos) {
        double[] shares = at(nanos).shares;
        double left = 0;
        for (double share : shares) {
            left += share;
        }
        left *= number;
        for (int i = 0; i < shares.length - 1; i++) {
            left -= shares[i];
            if (left < 0) {
                return i;
            }
        }
        return shares.length - 1;
    }

    private static double between(double from, double to, Span span, long nanos) {
        double share = (double) (nanos - span.start) / (span.end - span.start);
        return from + (to - from) * Math.min(1, Math.max(0, share));
    }
}
