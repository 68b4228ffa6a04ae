/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads on which guards run code of others, the same for all guards of the JVM. Thread-safe. */
final class GuardThreads implements Executor {
    /*
     * None of these is the common pool: what hangs is as likely as not to hang there. Each kind of code has threads of its
     * own, so that one kind that blocks does not hold up the others: breakers in particular open while all that waits for
     * time-outs blocks. Threads are few, come when there is something to do and go when there has been nothing for a while.
     *
     * Queues have no bound here, but what is put into them has: a guard has a fixed number of tasks of each kind at a time,
     * however much each of them has to do, and an exchange of GuardedHttpClient has one, taken out when it ends.
     */
    private static final int MOST_THREADS = 8;
    private static final int IDLE_SECONDS = 5;

    /** Completes what has taken too long: runs stages that depend on it. */
    static final GuardThreads TIME_OUTS = new GuardThreads("loadline-guard-timeout");

    /** Tells breakers, with predicates and listeners of others. */
    static final GuardThreads BREAKERS = new GuardThreads("loadline-guard-breaker");

    /** Tells listeners of guards. */
    static final GuardThreads LISTENERS = new GuardThreads("loadline-guard-listener");

    /** Runs nothing that could block. */
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final ThreadPoolExecutor pool;

    private GuardThreads(String name) {
        this.pool = new ThreadPoolExecutor(
                MOST_THREADS, MOST_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(name));
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Has {@code task} run by these threads in so many nanoseconds; by the timer's if there is no thread to be had. */
    Future<?> executeAfter(long nanos, Runnable task) {
        return TIMER.schedule(
                () -> {
                    try {
                        execute(task);
                    } catch (Throwable e) {
                        task.run();
                    }
                },
                nanos,
                TimeUnit.NANOSECONDS);
    }

    /** Takes {@code task} out if it still waits for a thread. */
    void remove(Runnable task) {
        boolean unusedIfRunning = pool.remove(task);
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory("loadline-guard-timer"));
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private static ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            // Whatever the thread knows that happens to need this one first, it is none of the business of later tasks.
            Thread thread = new Thread(null, task, name + "-" + number.incrementAndGet(), 0, false);
            thread.setContextClassLoader(GuardThreads.class.getClassLoader());
            thread.setDaemon(true);
            return thread;
        };
    }
}
