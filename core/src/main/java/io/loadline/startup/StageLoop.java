/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.availability.Availability;
import io.loadline.memory.MemoryReading;
import io.loadline.time.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Leads through the stages of a plan. Not thread-safe; confined to the thread that runs it. */
final class StageLoop {
    /*
     * One stage at a time. Of the stages of the highest tier that is not over the first enters that the gate lets in: one
     * that is too large for now does not keep its neighbours waiting, but those of lower tiers do not take its memory.
     *
     * The claim is given back when the memory has come to rest after the stage and, if it grew much, a collection: only
     * then have other instances what they see. Readiness does not wait for the rest.
     */
    private static final Logger LOG = LoggerFactory.getLogger(StageLoop.class);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long SAMPLE_NANOS = 100 * NANOS_PER_MILLI;
    private static final long IDLE_NANOS = 1_000 * NANOS_PER_MILLI;

    /** How long a stage may take to notice that it was cancelled: a process that is told to go has 2 s for all. */
    private static final long GRACE_NANOS = 1_000 * NANOS_PER_MILLI;

    private final StartupPlan plan;
    private final Availability availability;
    private final Ticker ticker;
    private final Waiter waiter;
    private final BooleanSupplier idle;
    private final LongSupplier completedCalls;
    private final Consumer<? super Throwable> onFailure;
    private final MemoryGate gate;
    private final StageHistory history;
    private final Progress progress;
    private final Runnable whenOver;
    private final Settler settler;
    private final List<StageRecord> pending;
    private final Map<String, StageRecord> byName = new HashMap<>();

    /** Since when the service has nothing to do; null while it has. */
    private @Nullable Long idleSinceNanos;

    /** The calls that had ended at the last look. */
    private long idleCalls;

    StageLoop(
            StartupPlan plan,
            Startup.Builder startup,
            MemoryGate gate,
            StageHistory history,
            List<StageRecord> records,
            Progress progress,
            Runnable whenOver) {
        this.plan = plan;
        this.availability = startup.availability;
        this.ticker = startup.ticker;
        this.waiter = startup.waiter;
        this.idle = startup.idle;
        this.completedCalls = startup.completedCalls;
        this.onFailure = startup.onFailure;
        this.gate = gate;
        this.history = history;
        this.progress = progress;
        this.whenOver = whenOver;
        this.settler = new Settler(plan, startup.collector, progress, this::sample, this::pause);
        this.pending = new ArrayList<>(records);
        records.forEach(record -> byName.put(record.stage.name(), record));
    }

    /** Runs until all stages have ended or the start is cancelled. */
    void run() {
        try {
            settler.begin();
            readyIfDue();
            while (!pending.isEmpty() && progress.cancelled() == null) {
                step();
            }
        } catch (Throwable e) {
            // A bug, or no memory even for this: a service that may never become ready is better started anew.
            availability.broken("startup failed: " + e);
            LOG.error("Startup: failed", e);
        } finally {
            end();
        }
    }

    /** Whatever is thrown on the way, by a log appender or for want of memory: others wait for the claim and for the end. */
    private void end() {
        try {
            gate.release();
        } finally {
            try {
                StartupReport report = progress.end();
                history.save();
                log(report);
            } finally {
                whenOver.run();
            }
        }
    }

    private void step() throws InterruptedException {
        StageRecord orphan = firstOrphan();
        if (orphan != null) {
            conclude(orphan, orphan.stage.onFailure().last());
            pending.remove(orphan);
            readyIfDue();
            return;
        }
        StageRecord next = admit();
        if (next == null) {
            return;
        }
        attempt(next);
        if (next.outcome.isEnd()) {
            pending.remove(next);
        }
        if (progress.cancelled() == null) {
            settler.collectIfGrown(availability.state());
            readyIfDue();
            settler.settle();
        }
        gate.release();
    }

    /** A stage that cannot run because one it needs has not been done; its failure is set. */
    private @Nullable StageRecord firstOrphan() {
        for (StageRecord record : pending) {
            for (String name : record.stage.dependsOn()) {
                StageRecord needed = byName.get(name);
                if (needed != null && needed.outcome.isEnd() && needed.outcome != StageOutcome.DONE) {
                    fail(record, "needs '" + name + "', which failed");
                    return record;
                }
            }
        }
        return null;
    }

    /** A stage that may begin now; null, after a pause, if there is none. */
    private @Nullable StageRecord admit() throws InterruptedException {
        StageTier tier = pending.get(0).stage.tier();
        MemoryReading reading = sample();
        long pauseNanos = IDLE_NANOS;
        for (StageRecord record : pending) {
            if (record.stage.tier() != tier) {
                break;
            }
            if (!isRunnable(record)) {
                continue;
            }
            long early = earlyNanos(record);
            if (early <= 0 && gate.tryEnter(record.turn, reading)) {
                return record;
            }
            if (early <= 0) {
                collectBeforeWait(record, reading);
            }
            setOutcome(record, StageOutcome.WAITING);
            warnOfLongWait(record);
            pauseNanos = Math.min(pauseNanos, early > 0 ? early : gate.pauseNanos(record.turn));
        }
        pause(pauseNanos);
        return null;
    }

    private void collectBeforeWait(StageRecord record, MemoryReading reading) {
        if (record.outcome == StageOutcome.PENDING) {
            settler.collectBeforeWait(availability.state());
        } else if (!record.staleHeapCollected
                && record.turn.waitedNanos() >= gate.maxWait().toNanos()
                && gate.lacksHeapOnly(record.turn, reading)) {
            // Once for all that wait: a service with little to do may not collect by itself for hours.
            pending.stream()
                    .filter(each -> each.outcome == StageOutcome.WAITING)
                    .forEach(each -> each.staleHeapCollected = true);
            settler.collectStale();
        }
    }

    private boolean isRunnable(StageRecord record) {
        return record.stage.dependsOn().stream().map(byName::get).allMatch(each -> each.outcome == StageOutcome.DONE);
    }

    /** How long it has to wait whatever the memory is: to be tried again, or until the service is idle. */
    private long earlyNanos(StageRecord record) {
        long now = ticker.read();
        if (record.attempts > 0) {
            return record.notBeforeNanos - now;
        }
        if (!record.stage.isWhenIdle()) {
            return 0;
        }
        // Calls that began and ended between two looks are seen by their count.
        long calls = completedCalls.getAsLong();
        if (!idle.getAsBoolean()) {
            idleSinceNanos = null;
        } else if (idleSinceNanos == null || calls != idleCalls) {
            idleSinceNanos = now;
        }
        idleCalls = calls;
        long left = idleSinceNanos == null ? IDLE_NANOS : IDLE_NANOS - (now - idleSinceNanos);
        if (left > 0) {
            record.turn.await(now, "the service to be idle");
        }
        return left;
    }

    private void warnOfLongWait(StageRecord record) {
        if (!record.longWaitLogged
                && !record.stage.isWhenIdle()
                && record.turn.waitedNanos() >= gate.maxWait().toNanos()) {
            record.longWaitLogged = true;
            LOG.warn(
                    "Startup: {} has waited for {} ms and goes on waiting: {}",
                    record.stage,
                    record.turn.waitedNanos() / NANOS_PER_MILLI,
                    record.turn.reason());
        }
    }

    private void attempt(StageRecord record) throws InterruptedException {
        pending.forEach(each -> each.turn.suspend(ticker.read()));
        settler.begins();
        idleSinceNanos = null;
        MemoryReading before = sample();
        StageRun run =
                new StageRun(record, ticker, progress.lock, progress.changed, waiter, () -> mayGoOn(record, before));
        progress.lock.lock();
        try {
            record.outcome = StageOutcome.RUNNING;
            record.attempts++;
        } finally {
            progress.lock.unlock();
        }
        long begun = ticker.read();
        run.start();
        String ending = awaitEnd(run, record, before, begun);
        record.turn.suspend(ticker.read());
        MemoryReading after = sample();
        Throwable failure;
        boolean ended;
        progress.lock.lock();
        try {
            ended = run.hasEnded();
            failure = run.failure();
            record.sample(before, after);
            long now = ticker.read();
            record.ran(now - begun - run.waitedNanos(now), before, after);
        } finally {
            progress.lock.unlock();
        }
        if (ended && failure == null) {
            setOutcome(record, StageOutcome.DONE);
            history.put(record.stage.name(), record.tookBytes(), record.tookNanos());
        } else if (progress.cancelled() != null) {
            fail(record, ended ? ending : ending + " and ignored that at " + run.whereabouts());
            setOutcome(record, StageOutcome.CANCELLED);
        } else {
            String why = ending.isEmpty() ? String.valueOf(failure) : ending;
            fail(record, ended ? why : why + " and ignored that at " + run.whereabouts());
            LOG.warn("Startup: {} failed at attempt {}: {}", record.stage, record.attempts, record.failure, failure);
            retryOrConclude(record, ended);
        }
        if (failure != null) {
            onFailure.accept(failure);
        }
    }

    /** Waits until the attempt has ended or will not; why it was told to end, or an empty text. */
    private String awaitEnd(StageRun run, StageRecord record, MemoryReading before, long begunNanos)
            throws InterruptedException {
        long timeoutNanos = record.stage.timeout().toNanos();
        String ending = "";
        long toldNanos = 0;
        for (; ; ) {
            progress.lock.lock();
            try {
                long now = ticker.read();
                long left = ending.isEmpty()
                        ? timeoutNanos - (now - begunNanos - run.waitedNanos(now))
                        : GRACE_NANOS - (now - toldNanos);
                String cancelled = progress.cancelled();
                if (run.hasEnded() || (!ending.isEmpty() && left <= 0)) {
                    return ending;
                }
                if (ending.isEmpty() && (cancelled != null || left <= 0)) {
                    ending = cancelled != null
                            ? "was cancelled: " + cancelled
                            : "timed out after " + record.stage.timeout().toMillis() + " ms";
                    toldNanos = now;
                    left = GRACE_NANOS;
                    run.cancel(ending);
                }
                waiter.awaitStage(progress.changed, Math.min(SAMPLE_NANOS, left));
            } finally {
                progress.lock.unlock();
            }
            MemoryReading reading = sample();
            progress.lock.lock();
            try {
                record.sample(before, reading);
            } finally {
                progress.lock.unlock();
            }
        }
    }

    /** Asked by the stage itself. */
    private boolean mayGoOn(StageRecord record, MemoryReading before) {
        MemoryReading reading = sample();
        long taken;
        progress.lock.lock();
        try {
            record.sample(before, reading);
            taken = record.tookBytes();
        } finally {
            progress.lock.unlock();
        }
        return gate.mayGoOn(record.turn, reading, taken);
    }

    private void retryOrConclude(StageRecord record, boolean ended) {
        FailurePolicy policy = record.stage.onFailure();
        // One that ignored its end still runs: two at once would be worse than none.
        if (ended && record.attempts <= policy.retries()) {
            long backoff = (long) (policy.backoffNanos(record.attempts) * gate.spread());
            progress.lock.lock();
            try {
                record.notBeforeNanos = ticker.read() + backoff;
                record.outcome = StageOutcome.PENDING;
            } finally {
                progress.lock.unlock();
            }
        } else {
            conclude(record, policy.last());
        }
    }

    private void conclude(StageRecord record, FailurePolicy.Last last) {
        switch (last) {
            case DEGRADE -> setOutcome(record, StageOutcome.DEGRADED);
            case FAIL -> {
                setOutcome(record, StageOutcome.FAILED);
                // Cancels the rest, as whatever ends the service does.
                availability.broken("startup stage '" + record.stage.name() + "' failed: " + record.failure);
            }
        }
    }

    private void readyIfDue() {
        boolean waits = pending.stream().anyMatch(record -> plan.isNeededForReadiness(record.stage));
        if (!waits && progress.cancelled() == null && progress.ready()) {
            availability.ready("startup stages done after " + progress.elapsed().toMillis() + " ms");
            history.save();
        }
    }

    private MemoryReading sample() {
        MemoryReading reading = gate.read();
        progress.sample(reading);
        return reading;
    }

    /** Waits, unless the start is cancelled. */
    private void pause(long nanos) throws InterruptedException {
        progress.lock.lock();
        try {
            long begun = ticker.read();
            for (long left = nanos; left > 0 && progress.cancelled() == null; left = nanos - (ticker.read() - begun)) {
                waiter.pause(progress.changed, left);
            }
        } finally {
            progress.lock.unlock();
        }
    }

    private void setOutcome(StageRecord record, StageOutcome outcome) {
        progress.lock.lock();
        try {
            record.outcome = outcome;
        } finally {
            progress.lock.unlock();
        }
    }

    private void fail(StageRecord record, String why) {
        progress.lock.lock();
        try {
            record.failure = why;
        } finally {
            progress.lock.unlock();
        }
    }

    private static void log(StartupReport report) {
        boolean clean = report.warnings().isEmpty()
                && report.stages().stream().allMatch(stage -> stage.outcome() == StageOutcome.DONE);
        LOG.atLevel(clean ? Level.INFO : Level.WARN).log("Startup: {}", report.table());
    }
}
