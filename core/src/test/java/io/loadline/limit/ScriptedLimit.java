/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An algorithm that decides what it was told to, and keeps what it was shown. Not thread-safe. */
final class ScriptedLimit implements LimitAlgorithm {
    final Deque<LimitWindow> seen = new ArrayDeque<>();
    private final int initial;
    private final Deque<LimitDecision> decisions = new ArrayDeque<>();
    private boolean warm = true;
    private @Nullable Throwable failure;

    ScriptedLimit(int initial) {
        this.initial = initial;
    }

    ScriptedLimit thenDecides(int... limits) {
        Arrays.stream(limits).forEach(limit -> decisions.add(LimitDecision.of(limit, "scripted " + limit)));
        return this;
    }

    ScriptedLimit thenAdopts(int limit) {
        decisions.add(new LimitDecision(limit, "adopting", true));
        return this;
    }

    ScriptedLimit isWarm(boolean changed) {
        warm = changed;
        return this;
    }

    void throwsFromNowOn(@Nullable Throwable changed) {
        failure = changed;
    }

    LimitWindow last() {
        return seen.getLast();
    }

    List<LimitWindow> all() {
        return List.copyOf(seen);
    }

    @Override
    public int initialLimit() {
        return initial;
    }

    @Override
    public boolean isComplete(LimitWindow window) {
        return window.durationNanos() > 0;
    }

    @Override
    public LimitDecision decide(LimitWindow window) {
        seen.add(window);
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        LimitDecision next = decisions.poll();
        return next == null ? LimitDecision.of(window.limit(), "scripted") : next;
    }

    @Override
    public boolean isWarm() {
        return warm;
    }
}
