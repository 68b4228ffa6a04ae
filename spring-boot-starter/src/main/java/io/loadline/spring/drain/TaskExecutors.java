/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.drain.DrainParticipant;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.spring.internal.Singletons;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * The executors and schedulers of the application: they serve requests and listeners to the last, and then finish what
 * they hold. Thread-safe.
 */
final class TaskExecutors implements DrainParticipant {
    /*
     * Nothing is shut down or paused here: what stops later, and the application's own listeners of the context's end, may
     * still hand work to them, and Spring shuts them down when it is their turn. Only periodic tasks end, once the drain
     * is announced and again when it is the executors' turn, for those that ran and put themselves back.
     *
     * A task that waits for its time is not held: it would not run in a process without Loadline either.
     *
     * Neither a pool nor a thread that has been started tells whether a task is between its queue and its run, and
     * executors hand tasks to each other. So they are idle when all of them seem so at two beats in a row and none
     * has completed a task in between. They are looked at from the announcement on, and calls are looked at with them:
     * where traffic has stopped long since, and they with it, nothing is refused while they are waited for.
     */
    private final ConfigurableListableBeanFactory beans;
    private final RunningTasks.Registry simpleExecutors;
    private final Heartbeat heartbeat;
    private final Workload calls;
    private final IdleTwice idle = new IdleTwice();
    private final CountDownLatch seenIdle = new CountDownLatch(1);
    private volatile boolean hasTurn;
    private volatile @Nullable Registration beats;

    /** Written when they prepare and again when it is their turn; read by the report, which has little time. */
    private volatile List<Workload> workloads = List.of();

    TaskExecutors(
            ConfigurableListableBeanFactory beans,
            RunningTasks.Registry simpleExecutors,
            Heartbeat heartbeat,
            ConcurrencyLimiter limiter) {
        this.beans = beans;
        this.simpleExecutors = simpleExecutors;
        this.heartbeat = heartbeat;
        this.calls = new Calls(limiter);
    }

    @Override
    public String name() {
        return "executors";
    }

    @Override
    public boolean servesRequests() {
        return true;
    }

    @Override
    public void prepare() {
        stopPeriodic();
        beats = heartbeat.listen(beat -> {
            if (idle.look(workloads()) && hasTurn) {
                seenIdle.countDown();
            }
        });
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        stopPeriodic();
        // Its triggers hand tasks to threads of their own, which are waited for; it has no other way to stop them.
        Singletons.of(beans, SimpleAsyncTaskScheduler.class).values().forEach(SimpleAsyncTaskScheduler::stop);
        hasTurn = true;
        try {
            if (!workloads.isEmpty() && !idle.isStill(workloads())) {
                seenIdle.await();
            }
        } finally {
            Registration watching = beats;
            if (watching != null) {
                watching.close();
            }
        }
    }

    private List<Workload> workloads() {
        List<Workload> all = new ArrayList<>(workloads);
        all.add(calls);
        return all;
    }

    @Override
    public List<String> active() {
        return workloads.stream().flatMap(each -> each.active().stream()).toList();
    }

    private void stopPeriodic() {
        List<PooledTasks> pools = pools();
        pools.forEach(PooledTasks::cancelPeriodic);
        List<Workload> all = new ArrayList<>(pools);
        all.addAll(simple());
        workloads = all;
    }

    private List<PooledTasks> pools() {
        List<PooledTasks> pools = new ArrayList<>();
        Singletons.of(beans, ThreadPoolTaskExecutor.class)
                .forEach((name, bean) ->
                        pools.add(new PooledTasks(name, bean.getThreadPoolExecutor(), bean.getThreadNamePrefix())));
        Singletons.of(beans, ThreadPoolTaskScheduler.class).forEach((name, bean) -> {
            if (bean.getScheduledExecutor() instanceof ThreadPoolExecutor pool) {
                pools.add(new PooledTasks(name, pool, bean.getThreadNamePrefix()));
            }
        });
        return pools;
    }

    private List<Workload> simple() {
        List<Workload> simple = new ArrayList<>();
        Singletons.of(beans, SimpleAsyncTaskExecutor.class).values().forEach(bean -> {
            RunningTasks tasks = simpleExecutors.of(bean);
            if (tasks != null) {
                simple.add(tasks);
            }
        });
        return simple;
    }

    /** What an executor has to do. Thread-safe. */
    interface Workload {
        /** Whether it seems to have nothing to do. */
        boolean isIdle();

        /** How many tasks it has completed, never less than before. */
        long completed();

        /** What it does, a line each. */
        List<String> active();
    }

    /** Calls that the limiter has admitted: they may hand tasks on. Thread-safe. */
    private record Calls(ConcurrencyLimiter limiter) implements Workload {
        @Override
        public boolean isIdle() {
            return limiter.inFlight() == 0;
        }

        @Override
        public long completed() {
            return limiter.stats().completed();
        }

        @Override
        public List<String> active() {
            return List.of();
        }
    }

    /** Looks whether all are idle, at each beat. Thread-safe. */
    private static final class IdleTwice {
        private long completedBefore = -1;
        private boolean twice;

        /** Whether they seem idle, and did so at the look before. */
        synchronized boolean look(List<Workload> workloads) {
            long completed = completedIfIdle(workloads);
            twice = completed >= 0 && completed == completedBefore;
            completedBefore = completed;
            return twice;
        }

        /** Whether they seemed idle at the last two looks and have done nothing since. */
        synchronized boolean isStill(List<Workload> workloads) {
            return twice && completedIfIdle(workloads) == completedBefore;
        }

        private static long completedIfIdle(List<Workload> workloads) {
            long completed = 0;
            for (Workload each : workloads) {
                if (!each.isIdle()) {
                    return -1;
                }
                completed += each.completed();
            }
            return completed;
        }
    }
}
