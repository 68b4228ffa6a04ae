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
import org.jspecify.annotations.Nullable;

/** What holds at each moment of a scenario: phases with what they take over from those before. Immutable. */
final class Timeline {
    private static final Pauses NO_PAUSES = new Pauses(Duration.ofDays(1), Duration.ZERO);
    private static final Bursts NO_BURSTS = new Bursts(Duration.ofDays(1), 0);

    /* What holds in a phase: two values where it may move from one to the other. */
    private static final class Span {
        double start;
        double end;
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
            spans[i] = next(before, scenario.phases().get(i), i);
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

    private Span next(Span before, Phase phase, int index) {
        Span span = new Span();
        span.start = scenario.start(index);
        span.end = scenario.start(index + 1);
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
        span.pauses = or(phase.pauses(), before.pauses);
        span.bursts = or(phase.bursts(), before.bursts);
        return span;
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private Span at(double second) {
        return spans[scenario.phaseAt(second)];
    }

    /** Calls a second of the open loop. */
    double rate(double second) {
        Span span = at(second);
        return between(span.rateBefore, span.rate, span, second);
    }

    int users(double second) {
        return at(second).users;
    }

    /** By what factor work in a stage takes longer. */
    double slow(int stage, double second) {
        Span span = at(second);
        return between(span.slowBefore[stage], span.slow[stage], span, second);
    }

    int servers(int stage, double second) {
        return at(second).servers[stage];
    }

    /** The share of work in a stage that fails. */
    double fails(int stage, double second) {
        return at(second).fails[stage];
    }

    /** The share of the CPUs that may be used. */
    double quota(double second) {
        return at(second).quota;
    }

    Pauses pauses(double second) {
        return at(second).pauses;
    }

    Bursts bursts(double second) {
        return at(second).bursts;
    }

    /** The route that a number between 0 and 1 stands for. */
    int route(double number, double second) {
        double[] shares = at(second).shares;
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

    private static double between(double from, double to, Span span, double second) {
        double share = (second - span.start) / (span.end - span.start);
        return from + (to - from) * Math.min(1, Math.max(0, share));
    }
}
