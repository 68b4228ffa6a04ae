/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The tasks of a thread pool. Thread-safe. */
final class PooledTasks implements TaskExecutors.Workload {
    private final String name;
    private final ThreadPoolExecutor pool;
    private final String threadNamePrefix;

    PooledTasks(String name, ThreadPoolExecutor pool, String threadNamePrefix) {
        this.name = name;
        this.pool = pool;
        this.threadNamePrefix = threadNamePrefix;
    }

    /** Cancels the periodic tasks that wait for their next turn; one that runs is not among them. */
    void cancelPeriodic() {
        for (Runnable queued : pool.getQueue()) {
            if (queued instanceof RunnableScheduledFuture<?> scheduled && scheduled.isPeriodic()) {
                boolean unused = scheduled.cancel(false);
            }
        }
    }

    @Override
    public boolean isIdle() {
        return pool.getActiveCount() == 0 && queued() == 0;
    }

    @Override
    public long completed() {
        return pool.getCompletedTaskCount();
    }

    @Override
    public List<String> active() {
        int running = pool.getActiveCount();
        long queued = queued();
        if (running == 0 && queued == 0) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("%s: %d running, %d queued".formatted(name, running, queued));
        lines.addAll(ThreadReport.working(threadNamePrefix));
        return lines;
    }

    /** Without those that wait for their time. */
    private long queued() {
        return pool.getQueue().stream()
                .filter(task -> !(task instanceof Delayed delayed) || delayed.getDelay(TimeUnit.NANOSECONDS) <= 0)
                .count();
    }
}
