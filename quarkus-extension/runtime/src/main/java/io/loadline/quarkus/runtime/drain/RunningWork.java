/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.Loadline;
import io.loadline.time.Ticker;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What runs by methods with {@link CountedWork}. Thread-safe. */
@Singleton
public class RunningWork {
    private final Ticker ticker;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();

    @Inject
    RunningWork(Loadline loadline) {
        this.ticker = loadline.heartbeat().ticker();
    }

    Run begin(String kind, String name) {
        Run run = new Run(kind, name, ticker.read());
        running.add(run);
        return run;
    }

    void end(Run run) {
        running.remove(run);
    }

    /** Whether nothing of this kind runs. */
    public boolean isIdle(String kind) {
        return ofKind(kind).findAny().isEmpty();
    }

    /** Whether nothing of this kind runs that had begun at {@code untilNanos} or before. */
    public boolean isIdle(String kind, long untilNanos) {
        return ofKind(kind).noneMatch(run -> run.begunNanos - untilNanos <= 0);
    }

    /** The time by which {@link #isIdle(String, long)} goes. */
    public long nowNanos() {
        return ticker.read();
    }

    /** What runs of this kind, a line each. */
    public List<String> active(String kind) {
        long now = ticker.read();
        return ofKind(kind)
                .map(run -> run.name + " for " + TimeUnit.NANOSECONDS.toMillis(now - run.begunNanos) + " ms")
                .toList();
    }

    private Stream<Run> ofKind(String kind) {
        return running.stream().filter(run -> run.kind.equals(kind));
    }

    /** One run of a method; told from others by its identity. Immutable. */
    static final class Run {
        private final String kind;
        private final String name;
        private final long begunNanos;

        Run(String kind, String name, long begunNanos) {
            this.kind = kind;
            this.name = name;
            this.begunNanos = begunNanos;
        }
    }
}
