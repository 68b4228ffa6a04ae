/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Listener;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.internal.Listeners;
import io.loadline.internal.LogContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.LimiterStats;
import io.loadline.time.Heartbeat;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The one drain of a coordinator: where it is, and what moves it on. Thread-safe. */
final class Drain {
    /*
     * It has no thread of its own and never polls: it moves on at a heartbeat (silence, deadline), when the last call is
     * released, when a participant or the last long-lived exchange has gone, or when somebody aborts it. What moves it
     * runs under the lock, and reads the time there, so time never runs backwards; what others must hear of is enqueued
     * there and delivered after the lock has been let go. Whoever waits also wakes at the deadline, in case nothing beats
     * any more. Participants and farewells have threads of their own, since they may hang.
     *
     * It is over when the traffic has stopped, the last call is released, all participants have had their turn and those
     * that are long-lived had time to go; or at the deadline.
     */
    private static final Logger LOG = LoggerFactory.getLogger(DrainCoordinator.class);
    private static final int MOST_UNFINISHED = 20;

    final Participants participants;
    final LongLivedExchanges longLived;
    final InFlightCalls inFlightCalls;
    final Listeners<Listener, DrainPhase> listeners = new Listeners<>(Listener::onPhase);
    final Listeners<Listener, DrainResult> resultListeners = new Listeners<>(Listener::onResult);
    final CompletableFuture<DrainResult> drained = new CompletableFuture<>();

    private final Availability availability;
    private final ConcurrencyLimiter limiter;
    private final Ticker ticker;
    private final ReadinessFlip readiness;
    private final ReentrantLock lock = new ReentrantLock();

    /** Written under the lock, read by every response that asks whether a drain is on. */
    private volatile DrainPhase phase = DrainPhase.NONE;

    /** Written when the limiter has told so, read by whoever moves the drain on. */
    private volatile boolean requestsGone;

    /** Written under the lock until the drain begins; read by it and by whoever asks. */
    private volatile DrainTimes times;

    @GuardedBy("lock")
    private final Settlement settlement;

    @GuardedBy("lock")
    private final Map<DrainPhase, Duration> elapsed = new EnumMap<>(DrainPhase.class);

    @GuardedBy("lock")
    private long begunNanos;

    @GuardedBy("lock")
    private long phaseBegunNanos;

    @GuardedBy("lock")
    private long refusedBefore;

    @GuardedBy("lock")
    private @Nullable DrainResult result;

    /** Nothing moves a drain on any more. */
    @GuardedBy("lock")
    private boolean deaf;

    Drain(DrainCoordinator.Builder builder) {
        this.availability = builder.availability;
        this.limiter = builder.limiter;
        this.ticker = builder.heartbeat.ticker();
        this.readiness = builder.readiness;
        this.times = builder.times;
        this.participants = new Participants(ticker, this::phase, this::advance);
        this.longLived = new LongLivedExchanges(ticker, limiter, this::advance);
        this.inFlightCalls = new InFlightCalls(limiter);
        this.settlement = new Settlement(seen(), now());
    }

    DrainTimes times() {
        return times;
    }

    void times(DrainTimes changed) {
        changed.check();
        lock.lock();
        try {
            if (phase != DrainPhase.NONE) {
                throw new IllegalStateException("the drain has begun; its times stay what they are");
            }
            times = changed;
        } finally {
            lock.unlock();
        }
    }

    private long deadlineNanos() {
        return times.deadline().toNanos();
    }

    DrainPhase phase() {
        return phase;
    }

    /** The state changes a moment before the first phase begins, and who was told of it may send a request at once. */
    boolean isDraining() {
        return phase != DrainPhase.NONE || availability.state() == ServiceState.DRAINING;
    }

    DrainProgress progress() {
        lock.lock();
        try {
            boolean begun = phase != DrainPhase.NONE;
            long left = begun ? Math.max(0, deadlineNanos() - (now() - begunNanos)) : 0;
            long refused = begun ? limiter.stats().refused() - refusedBefore : 0;
            return new DrainProgress(
                    phase, unfinished(), participants.active(), longLived.count(), refused, Duration.ofNanos(left));
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody can have been told of this service: a start that is cancelled. */
    boolean isUnknown() {
        ServiceState state = availability.state();
        return (state == ServiceState.STARTING || state == ServiceState.WARMING) && seen() == 0;
    }

    /** Announces, once; the deadline runs since {@code beginning}. */
    void begin(Settling settling, long beginning) {
        long deadlineAtNanos;
        lock.lock();
        try {
            if (phase != DrainPhase.NONE) {
                return;
            }
            long now = now();
            settlement.read(seen(), now);
            settlement.begin(settling, times, now);
            begunNanos = beginning;
            deadlineAtNanos = beginning + deadlineNanos();
            refusedBefore = limiter.stats().refused();
            enter(DrainPhase.ANNOUNCING, now);
        } finally {
            lock.unlock();
        }
        listeners.deliver();
        participants.begin(deadlineAtNanos, deadlineNanos());
        longLived.leave();
        advance();
    }

    /** Due at each beat. */
    void beat() {
        advance();
        longLived.beat();
    }

    /** Moves on as far as it goes now. */
    void advance() {
        boolean quiesces = false;
        boolean last;
        boolean expired;
        boolean parting;
        boolean aborted;
        lock.lock();
        try {
            long now = now();
            if (phase.compareTo(DrainPhase.QUIESCING) < 0) {
                settlement.read(seen(), now);
            }
            if (phase == DrainPhase.ANNOUNCING) {
                enter(DrainPhase.SETTLING, now);
            }
            expired = now - begunNanos >= deadlineNanos();
            if (phase == DrainPhase.SETTLING && (settlement.isOver(now) || expired)) {
                enter(DrainPhase.QUIESCING, now);
                quiesces = true;
            }
            // Also one that should have ended but for an error, such as an exhausted memory.
            last = phase.compareTo(DrainPhase.QUIESCING) >= 0 && result == null;
            parting = now - begunNanos < times.farewell().toNanos() && !longLived.isEmpty();
            aborted = deaf;
        } finally {
            lock.unlock();
        }
        listeners.deliver();
        if (aborted) {
            finish(DrainOutcome.ABORTED);
        }
        if (quiesces) {
            quiesce();
        }
        boolean participated = participants.advance(requestsGone);
        if (last && expired) {
            finish(DrainOutcome.REQUESTS_ACTIVE);
        } else if (last && participated && requestsGone && !parting) {
            finish(DrainOutcome.IDLE);
        }
    }

    private void quiesce() {
        if (readiness == ReadinessFlip.LATE) {
            availability.refuseTraffic("traffic has stopped");
        }
        limiter.refuseAll(() -> {
            requestsGone = true;
            advance();
        });
    }

    void finish(DrainOutcome wanted) {
        DrainResult ended;
        long refused;
        lock.lock();
        try {
            if (phase == DrainPhase.NONE || result != null) {
                return;
            }
            refused = limiter.stats().refused() - refusedBefore;
            if (phase != DrainPhase.CLOSING) {
                enter(DrainPhase.CLOSING, now());
            }
            ended = result(wanted);
            result = ended;
        } finally {
            lock.unlock();
        }
        try {
            participants.dismiss();
            log(
                    DrainPhase.CLOSING,
                    ended.outcome() == DrainOutcome.IDLE ? Level.INFO : Level.WARN,
                    DrainReport.of(ended, refused));
        } finally {
            // Whatever a log appender throws, somebody waits for this.
            tell(ended);
        }
    }

    /** Listeners first: whoever waits for the result may close what they need. */
    private void tell(DrainResult ended) {
        try {
            listeners.deliver();
            resultListeners.publish(ended);
        } finally {
            drained.complete(ended);
        }
    }

    @GuardedBy("lock")
    private DrainResult result(DrainOutcome wanted) {
        List<ParticipantResult> participated = participants.end();
        int inFlight = wanted == DrainOutcome.IDLE ? 0 : unfinished();
        DrainOutcome outcome = wanted;
        // At the deadline the last call may have gone while its thread is still on the way here.
        if (wanted != DrainOutcome.ABORTED && inFlight == 0) {
            boolean unfinished =
                    participated.stream().anyMatch(each -> each.state() == ParticipantResult.State.UNFINISHED);
            outcome = unfinished ? DrainOutcome.PARTICIPANTS_ACTIVE : DrainOutcome.IDLE;
        }
        List<UnfinishedCall> calls = new ArrayList<>(inFlight == 0 ? List.of() : inFlightCalls.oldest(MOST_UNFINISHED));
        calls.addAll(longLived.oldest(MOST_UNFINISHED - calls.size()));
        return new DrainResult(outcome, inFlight, elapsed, calls, participated);
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

    /** The server has stopped. */
    void done() {
        Duration total;
        Map<DrainPhase, Duration> phases;
        lock.lock();
        try {
            if (phase != DrainPhase.CLOSING) {
                return;
            }
            long now = now();
            enter(DrainPhase.DONE, now);
            total = Duration.ofNanos(now - begunNanos);
            phases = new EnumMap<>(elapsed);
        } finally {
            lock.unlock();
        }
        try {
            log(
                    DrainPhase.DONE,
                    Level.INFO,
                    "Drain: done after " + total.toMillis() + " ms " + DrainReport.millis(phases));
        } finally {
            listeners.deliver();
        }
    }

    /** The thread may be anybody's, such as that of the last request. */
    private static void log(DrainPhase in, Level level, String line) {
        String before = LogContext.put(DrainCoordinator.MDC_PHASE, in.tag());
        try {
            LOG.atLevel(level).log(line);
        } finally {
            LogContext.put(DrainCoordinator.MDC_PHASE, before);
        }
    }

    /** From now on a drain is aborted. */
    void close() {
        lock.lock();
        try {
            deaf = true;
        } finally {
            lock.unlock();
        }
        finish(DrainOutcome.ABORTED);
    }

    /** Until it has to look again although nothing beats. */
    long waitNanos() {
        lock.lock();
        try {
            return Math.max(Heartbeat.PERIOD.toNanos(), deadlineNanos() - (now() - begunNanos));
        } finally {
            lock.unlock();
        }
    }

    /** What the limiter waits for when it refuses all. */
    private int unfinished() {
        return limiter.inFlight() + limiter.streams().calls();
    }

    /**
     * Everything that came so far: ended, refused for whatever reason, waiting or running. Read one by one, so it may be
     * short by a few for a moment.
     */
    private long seen() {
        LimiterStats stats = limiter.stats();
        return stats.offered()
                + stats.capped()
                + stats.refused()
                + stats.expired()
                + limiter.waiting().waiting()
                + limiter.inFlight();
    }

    long now() {
        return ticker.read();
    }
}
