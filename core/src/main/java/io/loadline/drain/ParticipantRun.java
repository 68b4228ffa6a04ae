/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.drain.ParticipantResult.State;
import io.loadline.internal.LogContext;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One participant in one drain, with its thread: prepares, waits for its turn, drains. Thread-safe. */
final class ParticipantRun {
    /*
     * Everything a participant does or is asked happens in threads of this run, because anything of it may hang: drain in
     * one that is interrupted at the end of the share, the question what is still active in another.
     *
     * At the end of the share the result is fixed: UNFINISHED, with the place where the thread was. What comes later, be
     * it a return, only adds what is still active.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ParticipantRun.class);
    private static final long REPORT_MILLIS = 1_000;
    private static final String OWN_PARTICIPANTS = "io.loadline.spring.drain.";
    private static final List<String> NOT_TOLD = List.of("it did not tell what is still active");

    private final String name;
    private final DrainParticipant participant;
    private final Ticker ticker;
    private final Supplier<DrainPhase> phase;
    private final Runnable progress;
    private final CountDownLatch turn = new CountDownLatch(1);

    /** Written before the turn, read by the thread after it. */
    private volatile Duration share = Duration.ZERO;

    /** Written by whoever ends the share or the drain, read by the thread before it drains. */
    private volatile boolean late;

    /** Written by whoever ends the share before it interrupts the thread, read by that at its end. */
    private volatile @Nullable Thread report;

    @GuardedBy("this")
    private @Nullable Thread thread;

    @GuardedBy("this")
    private long begunNanos;

    @GuardedBy("this")
    private boolean hasTurn;

    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private State state = State.UNFINISHED;

    @GuardedBy("this")
    private Duration elapsed = Duration.ZERO;

    @GuardedBy("this")
    private @Nullable String detail;

    @GuardedBy("this")
    private List<String> active = List.of();

    ParticipantRun(
            String name, DrainParticipant participant, Ticker ticker, Supplier<DrainPhase> phase, Runnable progress) {
        this.name = name;
        this.participant = participant;
        this.ticker = ticker;
        this.phase = phase;
        this.progress = progress;
    }

    void start() {
        Thread started = daemon("loadline-drain " + name, this::run);
        synchronized (this) {
            thread = started;
        }
        try {
            started.start();
        } catch (Throwable e) {
            // No thread to be had: this participant cannot take part, the others may.
            end(e);
        }
    }

    /** It is this participant's turn, for {@code timeLeft}. */
    void turn(Duration timeLeft) {
        synchronized (this) {
            hasTurn = true;
            begunNanos = ticker.read();
        }
        share = timeLeft;
        turn.countDown();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Its share is over: it is asked what is still active, and interrupted. */
    void overdue() {
        if (giveUp()) {
            ask();
            interrupt();
        }
    }

    /** The drain is over: its thread, if it still runs, need not go on. */
    void dismiss() {
        boolean unused = giveUp();
        interrupt();
        turn.countDown();
    }

    synchronized ParticipantResult result() {
        if (!ended && !late) {
            // Nobody came to say that its share was over.
            place();
        }
        return new ParticipantResult(name, state, elapsed, active, detail);
    }

    private void run() {
        try {
            logPhase();
            participant.prepare();
        } catch (Throwable e) {
            LOG.warn("Participant '{}' failed to prepare for the drain; it is drained all the same", name, e);
        }
        @Nullable Throwable failure = null;
        try {
            turn.await();
            if (!late) {
                logPhase();
                participant.drain(share);
            }
        } catch (Throwable e) {
            failure = e;
        }
        end(failure);
    }

    /** What a participant logs, or code that it calls; the thread is its own and ends with it. */
    private void logPhase() {
        LogContext.put(DrainCoordinator.MDC_PHASE, phase.get().tag());
    }

    /** One that returns when it is interrupted is still asked: the drain would be over before it has told. */
    private void awaitReport() {
        Thread asking = report;
        if (asking != null) {
            // Whoever heeds the interrupt keeps its status, as he should; here it would end the wait before it began.
            boolean unused = Thread.interrupted();
            try {
                asking.join(REPORT_MILLIS);
            } catch (InterruptedException e) {
                // Its own end comes anyway, and is what everybody waits for.
            }
        }
    }

    private void end(@Nullable Throwable failure) {
        awaitReport();
        boolean unexpected;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            unexpected = failure != null && !late;
            if (!late) {
                state = failure == null ? State.FINISHED : State.FAILED;
                detail = failure == null ? null : failure.toString();
                elapsed = elapsed();
            }
        }
        if (unexpected) {
            LOG.warn("Participant '{}' failed to drain", name, failure);
        }
        progress.run();
    }

    /** Fixes the result; returns whether there was none before. */
    private synchronized boolean giveUp() {
        if (ended || late) {
            return false;
        }
        place();
        late = true;
        return true;
    }

    @GuardedBy("this")
    private void place() {
        elapsed = elapsed();
        detail = hasTurn ? where(thread) : "its turn did not come";
    }

    @GuardedBy("this")
    private Duration elapsed() {
        return hasTurn ? Duration.ofNanos(Math.max(0, ticker.read() - begunNanos)) : Duration.ZERO;
    }

    private void ask() {
        synchronized (this) {
            active = NOT_TOLD;
        }
        try {
            Thread asking = daemon("loadline-drain-report " + name, () -> {
                List<String> told = told();
                synchronized (this) {
                    active = told;
                }
            });
            report = asking;
            asking.start();
        } catch (Throwable e) {
            LOG.warn("Participant '{}' could not be asked what is still active", name, e);
        }
    }

    private List<String> told() {
        try {
            return List.copyOf(participant.active());
        } catch (Throwable e) {
            return List.of("it could not tell what is still active: " + e);
        }
    }

    private void interrupt() {
        @Nullable Thread running;
        synchronized (this) {
            running = ended ? null : thread;
        }
        if (running != null) {
            running.interrupt();
        }
    }

    /**
     * The top of the stack and, since that is mostly a method of the JDK that waits, who called it. Null if that is a
     * participant of Loadline's own, which only waits there for what it tells to be active.
     */
    private static @Nullable String where(@Nullable Thread thread) {
        StackTraceElement[] stack = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
        if (stack.length == 0) {
            return "without a thread";
        }
        for (StackTraceElement frame : stack) {
            String type = frame.getClassName();
            if (type.startsWith(OWN_PARTICIPANTS)) {
                return null;
            }
            if (!type.startsWith("java.") && !type.startsWith("jdk.") && !type.contains("$$Lambda")) {
                return "in " + (frame == stack[0] ? "" : brief(stack[0]) + ", called in ") + brief(frame);
            }
        }
        return "in " + brief(stack[0]);
    }

    /** Without loader and module. */
    private static String brief(StackTraceElement frame) {
        return frame.getClassName() + "." + frame.getMethodName()
                + (frame.getLineNumber() > 0 ? "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")" : "()");
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
