/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.availability.ServiceState;
import io.loadline.memory.JvmFlags;
import io.loadline.memory.MemoryReading;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives memory back after a stage and waits until it has come to rest. Not thread-safe; confined to the loop's thread. */
final class Settler {
    /*
     * A heap grows with what a stage needs for a while, and is not made smaller until it is collected as a whole [1]. That
     * is done while nobody waits for an answer, and only where the heap has grown.
     *
     * [1] G1 sizes its heap at the end of a full collection and of a concurrent cycle, between -XX:MinHeapFreeRatio and
     *     -XX:MaxHeapFreeRatio
     */
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
    private static final double GROWN = 1.25;
    private static final long STEP_NANOS = 50_000_000;
    private static final int RESTING_STEPS = 3;
    private static final long REST_BYTES = 4L << 20;

    private final StartupPlan plan;
    private final Runnable collector;
    private final Progress progress;
    private final Supplier<MemoryReading> sample;
    private final Pause pause;

    /** The heap before the start, or after the last collection. */
    private long committedBytes;

    /** Whether nothing has run since the last collection, so that another one would find nothing. */
    private boolean collected;

    Settler(StartupPlan plan, Runnable collector, Progress progress, Supplier<MemoryReading> sample, Pause pause) {
        this.plan = plan;
        this.collector = collector;
        this.progress = progress;
        this.sample = sample;
        this.pause = pause;
    }

    /** What should be looked at in the JVM's flags, a line each. */
    static List<String> warnings(JvmFlags flags) {
        List<String> warnings = new ArrayList<>();
        if (flags.alwaysPreTouch()) {
            warnings.add("-XX:+AlwaysPreTouch takes the whole initial heap before any stage can wait for memory");
        }
        if (flags.isHeapFixed()) {
            warnings.add("the initial heap is as large as -Xmx: what it takes during the start is never given back; set"
                    + " a smaller -Xms");
        }
        return warnings;
    }

    void begin() {
        committedBytes = sample.get().heapCommittedBytes();
    }

    /** A stage begins. */
    void begins() {
        collected = false;
    }

    /** Collects before a stage that has to wait: what ran before, be it the boot, has left what need not wait with it. */
    void collectBeforeWait(ServiceState state) {
        if (isWanted(state) && !collected) {
            collect();
        }
    }

    /** Collects because nobody else does, and what is known of the heap is as old as its last collection. */
    void collectStale() {
        if (plan.collection() != StartupPlan.Collection.NEVER) {
            collect();
        }
    }

    private void collect() {
        collector.run();
        collected = true;
        committedBytes = sample.get().heapCommittedBytes();
    }

    private boolean isWanted(ServiceState state) {
        return switch (plan.collection()) {
            case NEVER -> false;
            case BEFORE_READY -> state != ServiceState.READY;
            case ALWAYS -> true;
        };
    }

    /** Collects if the heap has grown by more than a quarter and the plan wants it in {@code state}. */
    void collectIfGrown(ServiceState state) {
        MemoryReading before = sample.get();
        if (!isWanted(state) || before.heapCommittedBytes() <= GROWN * committedBytes) {
            return;
        }
        collector.run();
        collected = true;
        MemoryReading after = sample.get();
        LOG.debug(
                "Startup: collected, heap of {} is {} now",
                StartupReport.mib(before.heapCommittedBytes()),
                StartupReport.mib(after.heapCommittedBytes()));
        if (after.collections() == before.collections()) {
            progress.warn("nothing was collected before readiness: does the JVM run with -XX:+DisableExplicitGC?");
        }
        boolean keeps = after.heapCommittedBytes() > GROWN * committedBytes
                && after.heapCommittedBytes() > 2 * after.heapUsedBytes();
        if (keeps) {
            progress.warn("the heap keeps " + StartupReport.mib(after.heapCommittedBytes()) + " of which "
                    + StartupReport.mib(after.heapUsedBytes())
                    + " are in use: G1 with -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 gives back the rest");
        }
        committedBytes = after.heapCommittedBytes();
    }

    /** Waits until the memory neither grows nor shrinks, at most as long as the plan allows. */
    void settle() throws InterruptedException {
        long last = StageRecord.ownBytes(sample.get());
        int resting = 0;
        for (long left = plan.settle().toNanos(); left > 0 && resting < RESTING_STEPS; left -= STEP_NANOS) {
            pause.nanos(Math.min(STEP_NANOS, left));
            long now = StageRecord.ownBytes(sample.get());
            resting = Math.abs(now - last) <= REST_BYTES ? resting + 1 : 0;
            last = now;
        }
    }

    /** Waits, unless the start is cancelled. */
    @FunctionalInterface
    interface Pause {
        void nanos(long nanos) throws InterruptedException;
    }
}
