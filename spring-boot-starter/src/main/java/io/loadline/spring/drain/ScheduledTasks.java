/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.drain.DrainParticipant;
import io.loadline.spring.internal.Singletons;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.scheduling.config.ScheduledTask;
import org.springframework.scheduling.config.ScheduledTaskHolder;
import org.springframework.scheduling.config.TaskExecutionOutcome;
import org.springframework.scheduling.config.TaskExecutionOutcome.Status;

/**
 * The tasks of {@code @Scheduled} methods and of scheduling configurers: none begins once the drain is announced, and those
 * that run end. Thread-safe.
 */
final class ScheduledTasks implements DrainParticipant {
    private final ConfigurableListableBeanFactory beans;
    private final Heartbeat heartbeat;

    /** Written when they prepare, read at each beat and by the report. */
    private volatile List<ScheduledTask> tasks = List.of();

    ScheduledTasks(ConfigurableListableBeanFactory beans, Heartbeat heartbeat) {
        this.beans = beans;
        this.heartbeat = heartbeat;
    }

    @Override
    public String name() {
        return "scheduled tasks";
    }

    @Override
    public void prepare() {
        tasks = Singletons.of(beans, ScheduledTaskHolder.class).values().stream()
                .flatMap(holder -> holder.getScheduledTasks().stream())
                .toList();
        tasks.forEach(task -> task.cancel(false));
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        Idleness.await(heartbeat, () -> running().findAny().isEmpty());
    }

    @Override
    public List<String> active() {
        return running()
                .map(task -> task + " for " + age(outcome(task)).toMillis() + " ms")
                .toList();
    }

    private Stream<ScheduledTask> running() {
        return tasks.stream().filter(task -> outcome(task).status() == Status.STARTED);
    }

    private static TaskExecutionOutcome outcome(ScheduledTask task) {
        return task.getTask().getLastExecutionOutcome();
    }

    private static Duration age(TaskExecutionOutcome outcome) {
        Instant begun = outcome.executionTime();
        return begun == null ? Duration.ZERO : Duration.between(begun, Instant.now());
    }
}
