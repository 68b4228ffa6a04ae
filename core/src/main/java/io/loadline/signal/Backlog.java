/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that wait in a queue for this service to fetch them, as a load: 1 when this instance's share clears exactly within
 * the objective. A {@link Saturation} to be added to one {@link LoadSignal}. Thread-safe.
 */
public final class Backlog implements Saturation {
    /*
     * D messages of this instance's share wait, lambda come each second, and it sustains mu. To have cleared its share after
     * the objective T it must do D + lambda T messages in that time:
     *
     *   load = (lambda + D / T) / mu
     *
     * With nothing waiting that is the utilization of its consumers. At 1 the share clears exactly within T, above it does
     * not. With twice the instances each has half of lambda and of D, so the load is half: what an autoscaler presumes.
     *
     * mu is learned as the capacity for requests is (TrustedCapacity), from windows in which more waited all the time than
     * is done in a second. A dependency that is slow does not lower it, so it does not call for instances until messages
     * pile up, which is when D does. A mu that is too high for another reason shows as D, too.
     *
     * A window begins and ends as the count of what is done grows: consumers commit in batches, and a window that ended
     * between two of them would be off by one. A window in which the queue was both empty and not says nothing.
     *
     * lambda is what is done and by what more waits now (ArrivalRate). What consumers have prefetched may be in neither
     * count; that is over when they have as much as they hold.
     *
     * An answer of the broker counts for STALE. Without a newer one the backlog is unknown, which is not the same as none:
     * see LoadSignal.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,60}");
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(7);

    /** Less than two seconds, since the signal asks once a second, more or less. */
    private static final long READ_NANOS = 1_500_000_000L;

    /** After a failure; whoever connects to a broker that is away may log each attempt. */
    private static final long RETRY_NANOS = 4_500_000_000L;

    private static final long STALE_NANOS = 10_000_000_000L;
    private static final long WINDOW_NANOS = 5_000_000_000L;
    private static final long SILENCE_NANOS = 60_000_000_000L;

    private final String name;
    private final Duration objective;
    private final Source source;
    private final Ticker ticker;

    /** Written by the tick, read by who asks the source; a second stale. */
    private volatile boolean localLimit;

    /** Why the last attempt to read failed; empty if it did not. Written by who asks, read by the same. */
    private volatile String failure = "";

    /** Confined to whoever asks, of whom there is one at a time. */
    private boolean logged;

    @GuardedBy("this")
    private @Nullable Counts last;

    /** When it was read last; until then, when it was missed first. */
    @GuardedBy("this")
    private long lastNanos;

    @GuardedBy("this")
    private boolean begun;

    /** When it is to be read next. */
    @GuardedBy("this")
    private long dueNanos;

    @GuardedBy("this")
    private final ArrivalRate arrivals = new ArrivalRate();

    @GuardedBy("this")
    private final TrustedCapacity sustained = new TrustedCapacity(1);

    @GuardedBy("this")
    private @Nullable Window window;

    private Backlog(String name, Duration objective, Source source, Ticker ticker) {
        checkArgument(
                NAME.matcher(name).matches(),
                "name must be up to 60 lower-case letters, digits, hyphens and underscores: '%s'",
                name);
        checkArgument(
                objective.compareTo(SHORTEST) >= 0 && objective.compareTo(LONGEST) <= 0,
                "objective must be between 1 second and 7 days: %s",
                objective);
        this.name = name;
        this.objective = objective;
        this.source = Objects.requireNonNull(source);
        this.ticker = ticker;
    }

    /**
     * The messages that {@code source} counts, which may take {@code objective} to clear.
     *
     * @param name used as a tag and in explanations; need not be what the broker calls the queue
     * @throws IllegalArgumentException if the name is not up to 60 lower-case letters, digits, hyphens and underscores, or the
     *     objective not between a second and seven days
     */
    public static Backlog of(String name, Duration objective, Source source) {
        return of(name, objective, source, Ticker.system());
    }

    /** The same with a ticker of its own. */
    public static Backlog of(String name, Duration objective, Source source, Ticker ticker) {
        return new Backlog(name, objective, source, ticker);
    }

    /** {@code queue:NAME}. */
    @Override
    public String name() {
        return "queue:" + name;
    }

    @Override
    public Kind kind() {
        return Kind.BACKLOG;
    }

    /** Asks the source if that is due, which may take as long as the broker likes. */
    @Override
    public double utilization() {
        if (isDue()) {
            read();
        }
        return snapshot().load();
    }

    @Override
    public String detail() {
        QueueSnapshot snapshot = snapshot();
        if (Double.isNaN(snapshot.depth())) {
            return failure.isEmpty() ? "it has not been read yet" : failure;
        }
        String unread = failure.isEmpty() ? "" : "; not read anew: " + failure;
        return Double.isNaN(snapshot.load())
                ? String.format(
                        Locale.ROOT, "%.0f wait; how many it sustains is not known yet%s", snapshot.depth(), unread)
                : String.format(
                        Locale.ROOT,
                        "%.0f wait, %.1f/s come, %.1f/s sustained: %.0f s to clear, objective %d s%s",
                        snapshot.depth(),
                        snapshot.arrivalRate(),
                        snapshot.sustainedRate(),
                        snapshot.clearSeconds(),
                        objective.toSeconds(),
                        unread);
    }

    /** What is known now. */
    synchronized QueueSnapshot snapshot() {
        Counts counts = last;
        if (counts == null || isStale()) {
            return new QueueSnapshot(name, objective, Double.NaN, Double.NaN, sustained.calls());
        }
        return new QueueSnapshot(name, objective, counts.share(), arrivals.perSecond(), sustained.calls());
    }

    /** Whether it cannot be read; no more after a minute of that. */
    synchronized boolean isUnknown() {
        // Nobody may ever ask the source: where threads are given out there may be none for it.
        begin(ticker.read());
        boolean known = last != null && !isStale();
        return !known && ticker.read() - lastNanos < SILENCE_NANOS;
    }

    /** Says whether a local resource is as good as used up, which makes it believable that less is done. */
    void localLimit(boolean isUsedUp) {
        localLimit = isUsedUp;
    }

    private synchronized boolean isDue() {
        long now = ticker.read();
        begin(now);
        return now - dueNanos >= 0;
    }

    @GuardedBy("this")
    private void begin(long now) {
        if (!begun) {
            begun = true;
            lastNanos = now;
            dueNanos = now;
        }
    }

    private synchronized void retryLater() {
        dueNanos = ticker.read() + RETRY_NANOS;
    }

    private synchronized boolean isStale() {
        return ticker.read() - lastNanos > STALE_NANOS;
    }

    private void read() {
        try {
            Counts counts = Objects.requireNonNull(source.read(), "the source gives no counts");
            add(counts, ticker.read());
            failure = "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "interrupted";
        } catch (Throwable e) {
            // Errors too, such as those of a client library that does not fit.
            retryLater();
            failure = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            // For a moment that may be: consumers are starting, or a leader moves.
            if (!logged && isStale()) {
                logged = true;
                LOG.warn("Queue {} cannot be read; this is tried again, and logged once", name, e);
            }
        }
    }

    private synchronized void add(Counts counts, long now) {
        Counts before = last;
        boolean follows = before != null && counts.follows(before) && now - lastNanos <= STALE_NANOS;
        double seconds = (now - lastNanos) / 1e9;
        last = counts;
        lastNanos = now;
        dueNanos = now + READ_NANOS;
        if (before == null || !follows) {
            // What comes and what is sustained are about the same as before.
            window = null;
            return;
        }
        long done = counts.completed - before.completed;
        arrivals.add((done + (counts.waiting - before.waiting) * counts.part) / seconds, seconds);
        observe(counts, done > 0, now);
    }

    @GuardedBy("this")
    private void observe(Counts counts, boolean grew, long now) {
        Window open = window;
        if (open != null && open.waits() != Window.waits(counts.share())) {
            open = null;
        }
        if (open != null) {
            open = open.with(counts.share());
            if (grew && now - open.sinceNanos >= WINDOW_NANOS) {
                double rate = (counts.completed - open.completed) / ((now - open.sinceNanos) / 1e9);
                sustained.tick(rate, open.waits() && open.least > rate, localLimit, now);
                open = null;
            }
        }
        window = open == null && grew ? new Window(now, counts.completed, counts.share()) : open;
    }

    /** Counts the messages of a queue. Asked every other second, aside, by one thread at a time; may block. */
    @FunctionalInterface
    public interface Source {
        /**
         * What the broker says now.
         *
         * @throws Exception if it says nothing; its message tells people why
         */
        Counts read() throws Exception;
    }

    /**
     * What was counted at one moment. Immutable.
     *
     * @param waiting messages in the queue that are not done
     * @param part which part of them falls to this instance, 0 to 1
     * @param completed messages that this instance has done, since any time in the past
     * @param epoch another number than before if the counts cannot be compared with those before, such as when partitions
     *     have moved
     */
    public record Counts(long waiting, double part, long completed, long epoch) {

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if there are less than no messages waiting, or the part is not between 0 and 1
         */
        public Counts {
            checkArgument(waiting >= 0, "waiting must not be negative: %s", waiting);
            checkArgument(part >= 0 && part <= 1, "part must be between 0 and 1: %s", part);
        }

        private double share() {
            return waiting * part;
        }

        private boolean follows(Counts before) {
            return epoch == before.epoch && completed >= before.completed;
        }
    }

    /** A stretch of time that began when {@code completed} were done; {@code least} is the fewest that waited in it. */
    private record Window(long sinceNanos, long completed, double least) {

        /** One that does not wait may be in work. */
        static boolean waits(double share) {
            return share > 1;
        }

        boolean waits() {
            return waits(least);
        }

        Window with(double share) {
            return new Window(sinceNanos, completed, Math.min(least, share));
        }
    }
}
