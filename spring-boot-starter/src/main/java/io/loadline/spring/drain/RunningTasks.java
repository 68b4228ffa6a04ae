/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.time.Ticker;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.util.ReflectionUtils;

/** The tasks that run on a {@link SimpleAsyncTaskExecutor}, on virtual threads or others. Thread-safe. */
final class RunningTasks implements TaskDecorator, TaskExecutors.Workload {
    /*
     * Such an executor makes a thread for each task and forgets it, unless it was given a time to wait for its tasks when
     * it is closed; and then it keeps the count to itself. So its tasks are counted where they run, by a decorator around
     * the one it has.
     */
    private final String name;
    private final TaskDecorator inner;
    private final Ticker ticker;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private final LongAdder completed = new LongAdder();

    RunningTasks(String name, TaskDecorator inner, Ticker ticker) {
        this.name = name;
        this.inner = inner;
        this.ticker = ticker;
    }

    @Override
    public Runnable decorate(Runnable task) {
        Runnable decorated = inner.decorate(task);
        // What says that it lasts as long as its owner, a consumer's loop for example, is not waited for.
        boolean longLived = task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
        return longLived ? decorated : () -> run(decorated);
    }

    private void run(Runnable task) {
        Run run = new Run(Thread.currentThread(), ticker.read());
        running.add(run);
        try {
            task.run();
        } finally {
            completed.increment();
            running.remove(run);
        }
    }

    @Override
    public boolean isIdle() {
        return running.isEmpty();
    }

    @Override
    public long completed() {
        return completed.sum();
    }

    @Override
    public List<String> active() {
        long now = ticker.read();
        return running.stream()
                .map(run -> "%s: thread %s for %d ms"
                        .formatted(name, run.thread.getName(), TimeUnit.NANOSECONDS.toMillis(now - run.begunNanos)))
                .toList();
    }

    /** One run of a task; told from others by its identity. */
    private static final class Run {
        private final Thread thread;
        private final long begunNanos;

        Run(Thread thread, long begunNanos) {
            this.thread = thread;
            this.begunNanos = begunNanos;
        }
    }

    /** Puts itself around the decorator of each such executor among the beans. Thread-safe. */
    static final class Registry implements BeanPostProcessor {
        private static final Logger LOG = LoggerFactory.getLogger(RunningTasks.class);

        /** It has a setter only; without the field executors are left as they are. */
        private static final @Nullable Field DECORATOR =
                ReflectionUtils.findField(SimpleAsyncTaskExecutor.class, "taskDecorator", TaskDecorator.class);

        private final boolean enabled;

        /** Guarded by this. */
        private final Map<SimpleAsyncTaskExecutor, RunningTasks> executors = new WeakHashMap<>();

        Registry(boolean enabled) {
            this.enabled = enabled;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (enabled && bean instanceof SimpleAsyncTaskExecutor executor) {
                count(executor, beanName);
            }
            return bean;
        }

        synchronized @Nullable RunningTasks of(SimpleAsyncTaskExecutor executor) {
            return executors.get(executor);
        }

        private synchronized void count(SimpleAsyncTaskExecutor executor, String name) {
            if (DECORATOR == null) {
                LOG.warn("{} is not waited for: tasks cannot be counted with this version of Spring", name);
                return;
            }
            ReflectionUtils.makeAccessible(DECORATOR);
            TaskDecorator inner = (TaskDecorator) ReflectionUtils.getField(DECORATOR, executor);
            RunningTasks tasks = new RunningTasks(name, inner == null ? task -> task : inner, Ticker.system());
            executor.setTaskDecorator(tasks);
            executors.put(executor, tasks);
        }
    }
}
