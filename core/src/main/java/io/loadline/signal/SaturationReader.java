/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.time.Heartbeat;
import io.loadline.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all resources of a service once a second: its own when it is told to, those of others aside, shortly before. Not
 * thread-safe; confined to the beat.
 */
final class SaturationReader implements AutoCloseable {
    /*
     * Others may throw, block or never return. They are asked one after the other in rounds, by a thread aside. If a round
     * has not ended when the next one is due, its thread is left to the source it is at: the next round asks all but that
     * one, until it has returned, and begins behind it, or those behind several slow ones would never be asked. So a source
     * that hangs costs a thread, and no other source its number. An answer counts for STALE further rounds: after that a
     * source says nothing.
     */
    private static final Logger LOG = LoggerFactory.getLogger(SaturationReader.class);
    private static final int STALE_ROUNDS = 2;
    private static final int IDLE_SECONDS = 5;

    private final Supplier<OwnResources> own;
    private final List<Source> others;
    private final List<LagProbe> probes;
    private final Executor executor;
    private final @Nullable ExecutorService threads;
    private List<Source> ownSources = List.of();
    private @Nullable OwnResources found;
    private @Nullable Round last;
    private long round;

    /**
     * {@code own} is asked once, at the first beat: to find out what there is to read takes long when a service starts. {@code
     * executor} runs what asks the {@code others}; null for threads of its own.
     */
    SaturationReader(Supplier<OwnResources> own, List<Saturation> others, @Nullable Executor executor) {
        this.own = own;
        this.others = others.stream().map(Source::new).toList();
        this.probes = others.stream()
                .filter(LagProbe.class::isInstance)
                .map(LagProbe.class::cast)
                .toList();
        this.threads = executor == null ? threads() : null;
        this.executor = executor == null ? Objects.requireNonNull(threads) : executor;
    }

    /** Sends the probes of this beat. */
    void beat(Heartbeat.Beat beat, Ticker ticker) {
        OwnResources unused = own();
        probes.forEach(probe -> probe.beat(beat, ticker, executor));
    }

    /** Has the others asked, and does not wait for them. */
    void ask() {
        if (others.isEmpty()) {
            return;
        }
        Round before = last;
        if (before != null) {
            before.abandoned = true;
        }
        Round next = new Round(++round, before == null ? 0 : before.next);
        last = next;
        // Where it cannot be done, what is known gets old.
        boolean unusedIfNot = aside(next);
    }

    /** Has {@code task} done where others are asked, for anybody; false if there is no thread to be had, or none any more. */
    boolean aside(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    /** What the own resources tell now, and the others told last. */
    Resources read() {
        OwnResources known = own();
        List<Reading> readings = new ArrayList<>();
        ownSources.forEach(source -> readings.add(source.read()));
        others.forEach(source -> readings.add(source.latest(round)));
        return new Resources(readings, known.cpus());
    }

    private OwnResources own() {
        OwnResources known = found;
        if (known == null) {
            known = own.get();
            ownSources = known.saturations().stream().map(Source::new).toList();
            found = known;
        }
        return known;
    }

    /** The rest, as of the last {@link #read()}. */
    ProcessFigures figures() {
        try {
            return own().figures();
        } catch (Throwable e) {
            // Beans that fail, or no memory: the load must not freeze for that.
            return ProcessFigures.UNKNOWN;
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            List<Runnable> unused = threads.shutdownNow();
        }
    }

    /** As many as sources and probes that hang, and one more, while there is something to ask. */
    private static ExecutorService threads() {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "loadline-saturation", 0, false);
                    thread.setContextClassLoader(SaturationReader.class.getClassLoader());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private final class Round implements Runnable {
        private final long number;

        /** Written by the beat, read by the thread aside: it asks no further source. */
        private volatile boolean abandoned;

        /** The source behind the last that was asked. Written by the thread aside, read by the beat. */
        private volatile int next;

        Round(long number, int first) {
            this.number = number;
            this.next = first;
        }

        @Override
        public void run() {
            int place = next;
            for (int asked = 0; asked < others.size() && !abandoned; asked++) {
                Source source = others.get(place);
                place = (place + 1) % others.size();
                next = place;
                source.ask(number);
            }
        }
    }

    /** One resource. Thread-safe: asked by one thread at a time, whoever of them is first. */
    private static final class Source {
        private final String name;
        private final Saturation.Kind kind;
        private final Saturation saturation;

        /** The round that asks it, 0 if none does. Written by the thread aside, read by the beat. */
        private final AtomicLong askedIn = new AtomicLong();

        /** Written by the thread aside, read by the beat; null until there is one. */
        private volatile @Nullable Answer answer;

        /** Confined to whoever asks. */
        private boolean logged;

        Source(Saturation saturation) {
            this.name = Objects.requireNonNull(saturation.name(), "a saturation needs a name");
            this.kind = Objects.requireNonNull(saturation.kind(), "a saturation needs a kind");
            this.saturation = saturation;
        }

        void ask(long round) {
            if (!askedIn.compareAndSet(0, round)) {
                return;
            }
            try {
                answer = new Answer(read(), round);
            } finally {
                askedIn.set(0);
            }
        }

        Reading latest(long round) {
            Answer known = answer;
            if (known != null && round - known.round <= STALE_ROUNDS) {
                return known.reading;
            }
            long asked = askedIn.get();
            return Reading.unknown(
                    name, kind, asked == 0 ? "it could not be asked" : "no answer for " + (round - asked + 1) + " s");
        }

        Reading read() {
            try {
                return Reading.of(name, kind, saturation);
            } catch (Throwable e) {
                // Errors too: whatever a source throws, the load must not freeze at its last value.
                warn(e);
                return Reading.unknown(
                        name, kind, "it fails with " + e.getClass().getSimpleName());
            }
        }

        private void warn(Throwable failure) {
            try {
                if (!logged) {
                    logged = true;
                    LOG.warn("Saturation source {} failed and counts as unknown; this is logged once", name, failure);
                }
            } catch (Throwable unlogged) {
                // Without memory, or with an appender that throws, not even this can be told.
            }
        }

        private record Answer(Reading reading, long round) {}
    }
}
