/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.internal.Listeners;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes a service away without dropping a call: announces, waits until traffic has stopped, refuses what still comes and
 * waits for what runs, all before one deadline. Thread-safe; a drain happens once.
 */
public final class DrainCoordinator implements AutoCloseable {
    /*
     * The drain has no thread of its own and never polls: it moves on at a heartbeat (silence, deadline), when the last
     * call is released, or when somebody aborts it. What moves it runs under the lock, and reads the time there, so time
     * never runs backwards; what others must hear of is enqueued there and delivered after the lock has been let go.
     * Whoever waits also wakes at the deadline, in case nothing beats any more.
     *
     * Settling: nobody tells a process when the balancers have taken it out, so the end of the traffic is the sign. It
     * has stopped when nothing came for QUIET_INTERVALS times the mean interval before the signal: at a lower factor a
     * gap in slow traffic would be taken for the end (at one call per interval a given interval is empty with
     * probability 1/e, ten in a row with 1/e^10 [1]).
     *
     * [1] Poisson arrivals: P(no arrival in k mean intervals) = e^-k
     */
    private static final Logger LOG = LoggerFactory.getLogger(DrainCoordinator.class);
    private static final double QUIET_INTERVALS = 10;

    private final Availability availability;
    private final ConcurrencyLimiter limiter;
    private final Heartbeat heartbeat;
    private final long deadlineNanos;
    private final long quietNanos;
    private final long settleMaxNanos;
    private final Registration beats;
    private final Listeners<Listener, DrainPhase> listeners = new Listeners<>(Listener::onPhase);
    private final CompletableFuture<DrainResult> drained = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** Written under the lock, read by every response that asks whether a drain is on. */
    private volatile DrainPhase phase = DrainPhase.NONE;

    @GuardedBy("lock")
    private final Arrivals arrivals;

    @GuardedBy("lock")
    private final Map<DrainPhase, Duration> elapsed = new EnumMap<>(DrainPhase.class);

    @GuardedBy("lock")
    private long begunNanos;

    @GuardedBy("lock")
    private long phaseBegunNanos;

    @GuardedBy("lock")
    private long refusedBefore;

    @GuardedBy("lock")
    private long quietNeededNanos;

    @GuardedBy("lock")
    private @Nullable DrainResult result;

    /** After {@link #close()} nothing moves a drain on. */
    @GuardedBy("lock")
    private boolean deaf;

    private DrainCoordinator(Builder builder) {
        this.availability = builder.availability;
        this.limiter = builder.limiter;
        this.heartbeat = builder.heartbeat;
        this.deadlineNanos = builder.deadline.toNanos();
        this.quietNanos = builder.quietOrDefault().toNanos();
        this.settleMaxNanos = builder.longestSettling().toNanos();
        this.arrivals = new Arrivals(seen(), now());
        this.beats = heartbeat.listen(beat -> advance());
    }

    /** A builder for a coordinator that changes {@code availability}, waits for {@code limiter} and is driven by {@code heartbeat}. */
    public static Builder builder(Availability availability, ConcurrencyLimiter limiter, Heartbeat heartbeat) {
        return new Builder(availability, limiter, heartbeat);
    }

    /** Where the drain is. */
    public DrainPhase phase() {
        return phase;
    }

    /** Whether responses should ask for their connection to be closed: from ANNOUNCING on. */
    public boolean isDraining() {
        return phase != DrainPhase.NONE;
    }

    /** Phase, calls in flight, refusals and time left. */
    public DrainProgress progress() {
        lock.lock();
        try {
            boolean begun = phase != DrainPhase.NONE;
            long left = begun ? Math.max(0, deadlineNanos - (now() - begunNanos)) : 0;
            long refused = begun ? limiter.stats().refused() - refusedBefore : 0;
            return new DrainProgress(phase, limiter.inFlight(), refused, Duration.ofNanos(left));
        } finally {
            lock.unlock();
        }
    }

    /** Adds a listener that is told of each phase after it has begun. */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        return listeners.add(listener)::run;
    }

    /**
     * Begins the drain; readiness is down and responses ask for closed connections when this returns. If a drain has
     * begun before, this only returns its stage; after {@link #close()} the drain is aborted at once.
     *
     * @param reason why, in a few words for people
     * @param settling whether to wait until traffic has stopped
     * @return a stage that completes when the server may be closed, never exceptionally. It is completed by whoever ends
     *     the drain, often the thread that releases the last call: what may block must depend on it asynchronously.
     */
    @CanIgnoreReturnValue
    public CompletionStage<DrainResult> drainAsync(String reason, Settling settling) {
        long begun = now();
        // Before the phases: a heartbeat may move those on at once, and readiness must be down by then. What listeners
        // take for it is taken from the deadline.
        availability.draining(reason);
        if (begin(settling, begun)) {
            listeners.deliver();
            advance();
        }
        return drained.minimalCompletionStage();
    }

    /**
     * Drains and waits for it. An interrupt of the waiting thread aborts the drain and is kept as the thread's status.
     *
     * @param reason why, in a few words for people
     * @param settling whether to wait until traffic has stopped
     */
    @CanIgnoreReturnValue
    public DrainResult drain(String reason, Settling settling) {
        drainAsync(reason, settling);
        try {
            for (; ; ) {
                try {
                    return drained.get(waitNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    advance();
                }
            }
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            return drained.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a drain never completes exceptionally", e);
        }
    }

    /** Ends the waiting of a drain that is on; its outcome is {@link DrainOutcome#ABORTED}. */
    public void abort() {
        finish(DrainOutcome.ABORTED);
    }

    /**
     * Tells that the server has stopped: the service is STOPPED and a drain, if there was one, {@link DrainPhase#DONE}.
     * One that is still waiting is aborted.
     */
    public void closed() {
        abort();
        @Nullable Duration total = null;
        Map<DrainPhase, Duration> phases = Map.of();
        lock.lock();
        try {
            if (phase == DrainPhase.CLOSING) {
                long now = now();
                enter(DrainPhase.DONE, now);
                total = Duration.ofNanos(now - begunNanos);
                phases = new EnumMap<>(elapsed);
            }
        } finally {
            lock.unlock();
        }
        if (total != null) {
            LOG.info("Drain: done after {} ms {}", total.toMillis(), millis(phases));
            listeners.deliver();
        }
        availability.stopped("server closed");
    }

    /** Stops listening to the heartbeat; a drain that is on, and any that begins later, is aborted. */
    @Override
    public void close() {
        lock.lock();
        try {
            deaf = true;
        } finally {
            lock.unlock();
        }
        abort();
        beats.close();
    }

    private boolean begin(Settling settling, long begun) {
        lock.lock();
        try {
            if (phase != DrainPhase.NONE) {
                return false;
            }
            long now = now();
            arrivals.read(seen(), now);
            begunNanos = begun;
            refusedBefore = limiter.stats().refused();
            quietNeededNanos = settling == Settling.SKIP ? 0 : quietNeeded();
            arrivals.restart(now);
            enter(DrainPhase.ANNOUNCING, now);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private long quietNeeded() {
        if (!arrivals.any()) {
            // Nothing is known of this service's traffic, which may have been sent to it a moment ago.
            return settleMaxNanos;
        }
        double wanted = Math.max((double) quietNanos, QUIET_INTERVALS * arrivals.meanIntervalNanos());
        return (long) Math.min(wanted, (double) settleMaxNanos);
    }

    /** Moves on as far as it goes now. */
    private void advance() {
        boolean quiesces = false;
        boolean expired;
        boolean aborted;
        lock.lock();
        try {
            long now = now();
            if (phase.compareTo(DrainPhase.QUIESCING) < 0) {
                arrivals.read(seen(), now);
            }
            if (phase == DrainPhase.ANNOUNCING) {
                enter(DrainPhase.SETTLING, now);
            }
            if (phase == DrainPhase.SETTLING && hasSettled(now)) {
                enter(DrainPhase.QUIESCING, now);
                quiesces = true;
            }
            // Also one that should have ended but for an error, such as an exhausted memory.
            expired = phase.compareTo(DrainPhase.QUIESCING) >= 0 && result == null && now - begunNanos >= deadlineNanos;
            aborted = deaf;
        } finally {
            lock.unlock();
        }
        listeners.deliver();
        if (aborted) {
            finish(DrainOutcome.ABORTED);
        }
        if (quiesces) {
            limiter.refuseAll(() -> finish(DrainOutcome.IDLE));
        }
        if (expired) {
            finish(DrainOutcome.REQUESTS_ACTIVE);
        }
    }

    @GuardedBy("lock")
    private boolean hasSettled(long now) {
        return arrivals.silentNanos(now) >= quietNeededNanos || now - begunNanos >= settleMaxNanos;
    }

    private void finish(DrainOutcome wanted) {
        DrainResult ended;
        long refused;
        lock.lock();
        try {
            if (phase == DrainPhase.NONE || result != null) {
                return;
            }
            int inFlight = limiter.inFlight();
            refused = limiter.stats().refused() - refusedBefore;
            // The last call may have gone while its thread is still on the way here.
            boolean idle = wanted == DrainOutcome.IDLE || (wanted == DrainOutcome.REQUESTS_ACTIVE && inFlight == 0);
            enter(DrainPhase.CLOSING, now());
            ended = new DrainResult(idle ? DrainOutcome.IDLE : wanted, idle ? 0 : inFlight, elapsed);
            result = ended;
        } finally {
            lock.unlock();
        }
        try {
            LOG.atLevel(ended.outcome() == DrainOutcome.IDLE ? Level.INFO : Level.WARN)
                    .log(
                            "Drain: {} after {} ms {}, {} in flight, {} refused",
                            ended.outcome(),
                            ended.total().toMillis(),
                            millis(ended.elapsed()),
                            ended.remainingInFlight(),
                            refused);
            listeners.deliver();
        } finally {
            // Whatever a log appender throws, somebody waits for this.
            drained.complete(ended);
        }
    }

    @GuardedBy("lock")
    private void enter(DrainPhase next, long now) {
        if (phase != DrainPhase.NONE) {
            elapsed.put(phase, Duration.ofNanos(now - phaseBegunNanos));
        }
        phase = next;
        phaseBegunNanos = now;
        listeners.enqueue(next);
    }

    private long waitNanos() {
        lock.lock();
        try {
            return Math.max(Heartbeat.PERIOD.toNanos(), deadlineNanos - (now() - begunNanos));
        } finally {
            lock.unlock();
        }
    }

    private static Map<DrainPhase, Long> millis(Map<DrainPhase, Duration> durations) {
        Map<DrainPhase, Long> millis = new EnumMap<>(DrainPhase.class);
        durations.forEach((each, duration) -> millis.put(each, duration.toMillis()));
        return millis;
    }

    /** Everything that came so far: ended, refused or running. Read one by one, so it may be short by a few for a moment. */
    private long seen() {
        LimiterStats stats = limiter.stats();
        return stats.offered() + stats.refused() + limiter.inFlight();
    }

    private long now() {
        return heartbeat.ticker().read();
    }

    /** Whether a drain waits until traffic has stopped. */
    public enum Settling {
        /** It does: other processes may still send. */
        WAIT,
        /** It does not: nobody routes to this process, as in a test or a live reload. */
        SKIP
    }

    /** Is told of the phases of a drain. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after {@code phase} has begun; must not block. Several threads may call, one after the other. */
        void onPhase(DrainPhase phase);
    }

    /** Builds coordinators. Not thread-safe. */
    public static final class Builder {
        private final Availability availability;
        private final ConcurrencyLimiter limiter;
        private final Heartbeat heartbeat;
        private Duration deadline = Duration.ofSeconds(25);
        private @Nullable Duration quiet;
        private Duration settleMax = Duration.ofSeconds(10);

        private Builder(Availability availability, ConcurrencyLimiter limiter, Heartbeat heartbeat) {
            this.availability = availability;
            this.limiter = limiter;
            this.heartbeat = heartbeat;
        }

        /**
         * Sets the time for all phases together; it should be below the platform's grace period. Default: 25 s.
         *
         * @throws IllegalArgumentException unless it is positive and at most one hour
         */
        @CanIgnoreReturnValue
        public Builder deadline(Duration deadline) {
            this.deadline = checkDuration("deadline", deadline);
            return this;
        }

        /**
         * Sets the least silence that counts as the end of the traffic. Where a platform removes instances by probing
         * them, make it the probe's period times its failure threshold plus the time the news takes. Default: 1 s, or
         * less if settling may not take as long.
         *
         * @throws IllegalArgumentException unless it is positive and at most one hour
         */
        @CanIgnoreReturnValue
        public Builder quiet(Duration quiet) {
            this.quiet = checkDuration("quiet", quiet);
            return this;
        }

        /**
         * Sets the longest time to wait for the end of the traffic; no more than half of the deadline is waited, so that
         * calls have time to finish. Default: 10 s.
         *
         * @throws IllegalArgumentException unless it is positive and at most one hour
         */
        @CanIgnoreReturnValue
        public Builder settleMax(Duration settleMax) {
            this.settleMax = checkDuration("settleMax", settleMax);
            return this;
        }

        /**
         * Refuses durations that contradict each other.
         *
         * @throws IllegalArgumentException if quiet is longer than settling may take, which would cut it silently
         */
        @CanIgnoreReturnValue
        public Builder check() {
            checkArgument(
                    quiet == null || quiet.compareTo(longestSettling()) <= 0,
                    "quiet must not be longer than settleMax, nor than half of the deadline: %s > %s",
                    quiet,
                    longestSettling());
            return this;
        }

        private Duration quietOrDefault() {
            return quiet == null ? min(Duration.ofSeconds(1), longestSettling()) : quiet;
        }

        /** Traffic that never stops must leave time for the calls that run then. */
        private Duration longestSettling() {
            return min(settleMax, deadline.dividedBy(2));
        }

        private static Duration min(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }

        /**
         * A coordinator that listens to its heartbeat from now on.
         *
         * @throws IllegalArgumentException as {@link #check()}
         */
        public DrainCoordinator build() {
            check();
            return new DrainCoordinator(this);
        }

        private static Duration checkDuration(String name, Duration duration) {
            checkArgument(
                    !duration.isNegative() && !duration.isZero() && duration.compareTo(Duration.ofHours(1)) <= 0,
                    "%s must be positive and at most 1 h: %s",
                    name,
                    duration);
            return duration;
        }
    }
}
