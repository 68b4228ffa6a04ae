/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

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
     * one of its own unless the builder was told otherwise: see GuardThreads. For listeners and for the breaker there is one
     * task at a time; if that hangs, what is told later waits for it and is told in sum. The beat, on which everything else
     * hangs, goes on.
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
    private int beats;
    private long nowNanos;
    private int overdue;
    private boolean untold;
    private boolean closed;
    private List<Runnable> records = new ArrayList<>();

    /** Whether a task for the breaker is under way: raised by the beat, lowered by the task. */
    private final AtomicBoolean recording = new AtomicBoolean();

    /** Tasks under way that complete stages whose time is up: counted up by the beat, down by each. */
    private final AtomicInteger tasks = new AtomicInteger();

    /** Whether a task that tells of states is under way; {@link #told} is confined to it. */
    private final AtomicBoolean telling = new AtomicBoolean();

    /** Written by that task, read by the beat, which is not later than the next one. */
    private volatile GuardState told = GuardState.CLOSED;

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
            completeTimedOut();
            openIfStuck();
            record();
            traffic.beat(now);
            tell();
        } finally {
            beating.set(false);
        }
    }

    private void look(GuardPermit call) {
        long age = nowNanos - call.begunNanos;
        boolean timeIsUp = age > call.limitNanos;
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
            records.add(() -> guard.record(call, said, age, null, null));
        }
        int flags = call.flags();
        if (GuardPermit.is(flags, GuardPermit.ENDED | GuardPermit.LOST)
                || !GuardPermit.is(flags, GuardPermit.COUNTED)) {
            return;
        }
        if (breaker.isCurrent(call.period)) {
            overdue++;
        } else if (closed) {
            writeOff(call);
        }
    }

    private void timeOut(GuardPermit call, long age) {
        GuardOutcome outcome = guard.ofTimeout(call);
        counts.count(outcome, age);
        counts.late.increment();
        if (call.timing != null) {
            call.timing.downstreamFailed();
        }
    }

    /** Whether somebody waits for a call whose time is up, and has not been told. */
    private static boolean isUntold(GuardPermit call) {
        return call.caller != null
                && !call.caller.isDone()
                && GuardPermit.is(call.flags(), GuardPermit.TIMED_OUT)
                && !GuardPermit.is(call.flags(), GuardPermit.ENDED | GuardPermit.TOLD);
    }

    private void completeTimedOut() {
        if (!untold || tasks.get() >= MOST_TASKS) {
            return;
        }
        tasks.incrementAndGet();
        execute(timeOuts, () -> {
            try {
                running.forEach(GuardWatch::complete);
            } finally {
                tasks.decrementAndGet();
            }
        });
    }

    private static void complete(GuardPermit call) {
        CompletableFuture<?> caller = call.caller;
        if (caller != null && isUntold(call)) {
            GuardTimeoutException failure = call.timeoutException();
            // Whoever ends the call completes it as well, but does that later.
            if (call.mark(GuardPermit.TOLD)) {
                caller.completeExceptionally(failure);
            }
        }
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
        int place = beats++ % BEATS_OF_SECOND;
        long healthy = ended - (beats <= BEATS_OF_SECOND ? 0 : endedBefore[place]);
        endedBefore[place] = ended;
        int half = (places.limit() + 1) / 2;
        int enough = Math.max(Math.min(FEW, places.limit()), Math.min(breaker.minimumCalls(), half));
        if (closed && overdue >= enough && overdue >= breaker.slowCallRate() * (overdue + Math.max(0, healthy))) {
            records.add(breaker::open);
        }
    }

    private void record() {
        if (records.isEmpty()) {
            return;
        }
        if (records.size() > MOST_RECORDS) {
            records.subList(0, records.size() - MOST_RECORDS).clear();
        }
        if (!breaker.runsAlienCode()) {
            runAll(records);
            records.clear();
        } else if (recording.compareAndSet(false, true)) {
            List<Runnable> due = records;
            records = new ArrayList<>();
            execute(breakers, () -> {
                try {
                    runAll(due);
                } finally {
                    recording.set(false);
                }
            });
        }
    }

    private void runAll(List<Runnable> due) {
        for (Runnable each : due) {
            try {
                each.run();
            } catch (Throwable e) {
                warn("its circuit breaker failed", e);
            }
        }
    }

    private void tell() {
        if (breaker.state() != told && telling.compareAndSet(false, true)) {
            execute(telltales, this::tellStates);
        }
    }

    private void tellStates() {
        try {
            GuardState state = breaker.state();
            GuardState before = told;
            if (state != before) {
                told = state;
                if (state == GuardState.OPEN) {
                    seenOpen();
                }
                log(before, state);
                listeners.publish(new GuardStateChange(guard.name(), before, state));
            }
        } finally {
            telling.set(false);
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

    private void execute(Executor executor, Runnable task) {
        AtomicBoolean begun = new AtomicBoolean();
        Runnable once = () -> {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        };
        try {
            executor.execute(once);
        } catch (Throwable e) {
            // No thread can be had, for example. A caller must not wait for ever for that.
            once.run();
        }
    }
}
