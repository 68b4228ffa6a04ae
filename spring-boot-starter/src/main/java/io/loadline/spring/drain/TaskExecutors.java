/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.drain.DrainParticipant;
import io.loadline.spring.internal.Singletons;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadPoolExecutor;
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
     * has completed a task in between.
     */
    private final ConfigurableListableBeanFactory beans;
    private final RunningTasks.Registry simpleExecutors;
    private final Heartbeat heartbeat;

    /** Written when they prepare and again when it is their turn; read by the report, which has little time. */
    private volatile List<Workload> workloads = List.of();

    TaskExecutors(ConfigurableListableBeanFactory beans, RunningTasks.Registry simpleExecutors, Heartbeat heartbeat) {
        this.beans = beans;
        this.simpleExecutors = simpleExecutors;
        this.heartbeat = heartbeat;
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
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        stopPeriodic();
        // Its triggers hand tasks to threads of their own, which are waited for; it has no other way to stop them.
        Singletons.of(beans, SimpleAsyncTaskScheduler.class).values().forEach(SimpleAsyncTaskScheduler::stop);
        if (!workloads.isEmpty()) {
            IdleTwice idle = new IdleTwice(workloads);
            Idleness.await(heartbeat, idle::look);
        }
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

    /** Looks whether all are idle. Not thread-safe; confined to the heartbeat. */
    private static final class IdleTwice {
        private final List<Workload> workloads;
        private long completedBefore = -1;

        IdleTwice(List<Workload> workloads) {
            this.workloads = workloads;
        }

        boolean look() {
            long completed = 0;
            boolean idle = true;
            for (Workload each : workloads) {
                idle &= each.isIdle();
                completed += each.completed();
            }
            boolean unchanged = completed == completedBefore;
            completedBefore = idle ? completed : -1;
            return idle && unchanged;
        }
    }
}
