/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.internal.Listeners;
import io.loadline.time.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the calls of one guard while they run, at each beat. Thread-safe. */
final class GuardWatch {
    /*
     * Overdue: a call that takes longer than a call may is told to the breaker while it runs, once, so that a dependency
     * from which nothing ever returns opens the breaker all the same.
     *
     * Stuck: the breaker's window holds the last hundred calls, and a dependency that hangs gets no more of them than
     * places: 25 that hang after 100 that were fast are too few to open it, and all others are refused for want of a
     * place. So it is opened here if, of the calls that are overdue and those that ended within the last second, the share
     * of the overdue ones reaches the rate of slow calls, and if they are as many as the breaker wants to see, or half of
     * the places.
     *
     * Lost: calls let through before the breaker opened that hang on when it has closed again, see Places.
     *
     * Code of others (listeners, stages whose time is up, and what it may hang on a breaker) is run by a pool, each kind by
     * one of its own unless the builder was told otherwise: see GuardThreads. For listeners, for what the breaker is told and
     * for its opening there is one task each at a time; if that hangs, what is told later waits for it and is told in sum. The
     * beat, on which everything else hangs, goes on: it runs none of that itself, and what no thread can be had for is due
     * again at the next one.
     *
     * Time-outs: the task that completes the stages whose time is up finds them among the running calls, so nothing piles
     * up anywhere. What depends on such a stage may block, and with it the task. So each beat that finds stages left over
     * starts one more task, up to MOST_TASKS: a dependent that blocks holds up others until the next beat, and no longer,
     * unless as many block at once in this guard, or as many as there are threads in all guards. Then the rest waits until
     * one of them returns, or its call does.
     */
    private static final Logger LOG = LoggerFactory.getLogger(GuardWatch.class);

    private static final int BEATS_OF_SECOND = 10;

    /** So many calls, or all if there are fewer places, hang before that means anything. */
    private static final int FEW = 3;

    /** What is kept for a breaker that hangs; each call is recorded once, so this is more than it has a use for. */
    private static final int MOST_RECORDS = 1_000;

    /** How many tasks complete stages at once. */
    private static final int MOST_TASKS = 3;

    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final DefaultDependencyGuard guard;
    private final Breaker breaker;
    private final Places places;
    private final RunningCalls running;
    private final GuardCounts counts;
    private final SeenTraffic traffic;
    private final Executor timeOuts;
    private final Executor breakers;
    private final Executor telltales;
    private final Listeners<Consumer<GuardStateChange>, GuardStateChange> listeners = new Listeners<>(Consumer::accept);

    /** Held by whoever beats; what follows is confined to him. */
    private final AtomicBoolean beating = new AtomicBoolean();

    private final long[] endedBefore = new long[BEATS_OF_SECOND];
    private int beatOfSecond;
    private boolean hasSecond;
    private long nowNanos;
    private int overdue;
    private boolean untold;
    private boolean closed;
    private GuardState seen;
    private final List<Overdue> records = new ArrayList<>();

    // Tasks under way, counted up by the beat alone, down by each.

    private final AtomicInteger recording = new AtomicInteger();
    private final AtomicInteger opening = new AtomicInteger();
    private final AtomicInteger completing = new AtomicInteger();

    /** {@link #told} is confined to this one. */
    private final AtomicInteger telling = new AtomicInteger();

    /** Written by that task, read by the beat, which is not later than the next one. */
    private volatile GuardState told;

    /** Confined to the task that tells. */
    private long loggedNanos;

    private boolean logged;
    private int unlogged;

    /** Raised once, so that what fails at each call is logged once. */
    private final AtomicBoolean warned = new AtomicBoolean();

    GuardWatch(
            DefaultDependencyGuard guard,
            Breaker breaker,
            Places places,
            RunningCalls running,
            GuardCounts counts,
            SeenTraffic traffic,
            @Nullable Executor executor) {
        this.guard = guard;
        this.breaker = breaker;
        this.places = places;
        this.running = running;
        this.counts = counts;
        this.traffic = traffic;
        this.timeOuts = executor == null ? GuardThreads.TIME_OUTS : executor;
        this.breakers = executor == null ? GuardThreads.BREAKERS : executor;
        this.telltales = executor == null ? GuardThreads.LISTENERS : executor;
        this.told = breaker.state();
        this.seen = told;
    }

    Registration listen(Consumer<GuardStateChange> listener) {
        return listeners.add(listener)::run;
    }

    void beat(long now) {
        if (!beating.compareAndSet(false, true)) {
            return;
        }
        try {
            nowNanos = now;
            overdue = 0;
            untold = false;
            closed = breaker.isClosed();
            running.forEach(this::look);
            record();
            openIfStuck();
            tell();
            if (untold) {
                execute(timeOuts, GuardThreads.TIME_OUTS, completing, MOST_TASKS, this::completeTimedOut);
            }
            traffic.beat(now);
        } finally {
            beating.set(false);
        }
    }

    private void look(GuardPermit call) {
        long age = nowNanos - call.begunNanos;
        boolean timeIsUp = age > call.terms.limitNanos();
        if (timeIsUp && call.mark(GuardPermit.TIMED_OUT)) {
            timeOut(call, age);
        }
        untold |= timeIsUp && isUntold(call);
        GuardOutcome outcome = timeIsUp ? guard.ofTimeout(call) : GuardOutcome.SUCCESS;
        boolean isOverdue = age > breaker.slowNanos() || outcome == GuardOutcome.TIMED_OUT;
        if (isOverdue && call.mark(GuardPermit.COUNTED)) {
            if (age > breaker.slowNanos()) {
                counts.slow.increment();
            }
            GuardOutcome said = outcome == GuardOutcome.TIMED_OUT ? outcome : GuardOutcome.SUCCESS;
            records.add(new Overdue(call, said, age));
        }
        int flags = call.flags();
        if (GuardPermit.is(flags, GuardPermit.ENDED | GuardPermit.LOST)
                || !GuardPermit.is(flags, GuardPermit.COUNTED)) {
            return;
        }
        if (breaker.isCurrent(call.terms.period())) {
            overdue++;
        } else if (closed) {
            writeOff(call);
        }
    }

    private void timeOut(GuardPermit call, long age) {
        GuardOutcome outcome = guard.ofTimeout(call);
        counts.count(outcome, age);
        counts.late.increment();
        guard.downstreamFailed(call.timing);
    }

    /** Whether somebody waits for a call whose time is up, and has not been told. */
    private static boolean isUntold(GuardPermit call) {
        CompletableFuture<?> caller = call.terms.caller();
        return caller != null
                && !caller.isDone()
                && GuardPermit.is(call.flags(), GuardPermit.TIMED_OUT)
                && !GuardPermit.is(call.flags(), GuardPermit.ENDED);
    }

    private void completeTimedOut() {
        running.forEach(call -> {
            CompletableFuture<?> caller = call.terms.caller();
            if (caller != null && isUntold(call)) {
                try {
                    boolean unusedIfDone = caller.completeExceptionally(call.timeoutException());
                } catch (Throwable outOfMemory) {
                    // The others must not suffer, and this one is due again at the next beat.
                }
            }
        });
    }

    private void writeOff(GuardPermit call) {
        if (!places.tryLose()) {
            warn("calls hang that it does not expect an answer to any more, and hold its places", null);
            return;
        }
        if (call.mark(GuardPermit.LOST)) {
            places.giveBack(GuardPermit.is(call.flags(), GuardPermit.RESERVE));
        } else {
            places.found();
        }
    }

    private void openIfStuck() {
        long ended = Math.max(0, counts.ended() - counts.slow.sum());
        long healthy = ended - (hasSecond ? endedBefore[beatOfSecond] : 0);
        endedBefore[beatOfSecond] = ended;
        beatOfSecond = (beatOfSecond + 1) % BEATS_OF_SECOND;
        hasSecond |= beatOfSecond == 0;
        int half = (places.limit() + 1) / 2;
        int enough = Math.max(Math.min(FEW, places.limit()), Math.min(breaker.minimumCalls(), half));
        if (closed && overdue >= enough && overdue >= breaker.slowCallRate() * (overdue + Math.max(0, healthy))) {
            if (breaker.runsAlienCode()) {
                execute(breakers, GuardThreads.BREAKERS, opening, 1, breaker::open);
            } else {
                breaker.open();
            }
        }
    }

    private void record() {
        if (!breaker.runsAlienCode()) {
            recordAll(records);
            records.clear();
        } else if (!records.isEmpty() && recording.get() == 0) {
            List<Overdue> due = List.copyOf(records);
            if (execute(breakers, GuardThreads.BREAKERS, recording, 1, () -> recordAll(due))) {
                records.clear();
            }
        }
        if (records.size() > MOST_RECORDS) {
            // Probes of which the breaker never hears must give their permissions back.
            List<Overdue> oldest = records.subList(0, records.size() - MOST_RECORDS);
            oldest.forEach(each -> guard.leave(each.call.terms.period()));
            oldest.clear();
        }
    }

    private void recordAll(List<Overdue> due) {
        due.forEach(each -> guard.record(each.call, each.said, each.ageNanos, null, null));
    }

    private void tell() {
        GuardState state = breaker.state();
        if (state == GuardState.OPEN && seen != GuardState.OPEN) {
            // Not by the task: readiness must not depend on listeners.
            seenOpen();
        }
        seen = state;
        if (state != told) {
            execute(telltales, GuardThreads.LISTENERS, telling, 1, this::tellStates);
        }
    }

    private void tellStates() {
        GuardState state = breaker.state();
        GuardState before = told;
        if (state != before) {
            told = state;
            try {
                log(before, state);
            } finally {
                listeners.publish(new GuardStateChange(guard.name(), before, state));
            }
        }
    }

    private void seenOpen() {
        try {
            breaker.seenOpen();
        } catch (Throwable e) {
            warn("what tells how long its circuit breaker stays open failed", e);
        }
    }

    /** A dependency that is down for hours half-opens each few seconds. */
    private void log(GuardState before, GuardState state) {
        long now = guard.now();
        if (logged && now - loggedNanos < LOG_EVERY_NANOS && state != GuardState.CLOSED) {
            unlogged++;
            return;
        }
        logged = true;
        loggedNanos = now;
        String name = Names.printable(guard.name());
        if (state == GuardState.CLOSED) {
            LOG.info("Dependency '{}': breaker {} -> {}", name, before.tag(), state.tag());
            logged = false;
        } else {
            LOG.warn(
                    "Dependency '{}': breaker {} -> {} ({} changes not logged)",
                    name,
                    before.tag(),
                    state.tag(),
                    unlogged);
        }
        unlogged = 0;
    }

    void warn(String what, @Nullable Throwable failure) {
        if (warned.compareAndSet(false, true)) {
            try {
                LOG.warn("Dependency '{}': {}; this is logged once", Names.printable(guard.name()), what, failure);
            } catch (Throwable unlogged) {
                // Without memory, or with an appender that throws, not even this can be told; calls must go on.
            }
        }
    }

    /**
     * Has {@code task} run by {@code executor}, or by {@code ours} if that refuses. False if {@code most} are under way
     * already, or no thread can be had.
     */
    @CanIgnoreReturnValue
    private boolean execute(Executor executor, Executor ours, AtomicInteger underWay, int most, Runnable task) {
        if (underWay.get() >= most) {
            return false;
        }
        AtomicBoolean begun = new AtomicBoolean();
        Runnable once = () -> {
            if (begun.compareAndSet(false, true)) {
                run(task, underWay);
            }
        };
        underWay.incrementAndGet();
        if (begin(executor, once) || (executor != ours && begin(ours, once))) {
            return true;
        }
        // One that refuses and runs it all the same counts it down itself.
        if (begun.compareAndSet(false, true)) {
            underWay.decrementAndGet();
            return false;
        }
        return true;
    }

    private void run(Runnable task, AtomicInteger underWay) {
        try {
            task.run();
        } catch (Throwable e) {
            warn("a task failed", e);
        } finally {
            underWay.decrementAndGet();
        }
    }

    private static boolean begin(Executor executor, Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (Throwable e) {
            // It is full or shut down, or there is no memory for a thread.
            return false;
        }
    }

    /** A call that the breaker is to be told of while it runs. */
    private record Overdue(GuardPermit call, GuardOutcome said, long ageNanos) {}
}
