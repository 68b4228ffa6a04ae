/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainResult;
import io.loadline.drain.UnfinishedCall;
import io.loadline.spring.internal.Singletons;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
import org.springframework.util.ReflectionUtils;

/** The time that is left for what Spring stops after the drain. Thread-safe. */
final class Grace {
    /*
     * Spring waits again: in each phase of the lifecycle for the server, whose requests the limiter does not all count,
     * and for executors and consumers that would not finish; then for each executor that was told to await its tasks.
     * These times would add up. So each is limited to what is left of the one deadline, anew at each beat since Spring
     * looks when its turn comes; or to a moment, if the deadline has passed.
     *
     * Executors have setters only, one of which forgets the tasks that run; hence their fields. Without these they are
     * left as they are.
     */
    private static final long LAST_MILLIS = 100;
    private static final long STREAMS_MILLIS = 1_000;
    private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration PHASE_TIMEOUT_DEFAULT = Duration.ofSeconds(30);

    private final DrainCoordinator drain;

    /** Are told what is left, in milliseconds. */
    private final List<LongConsumer> limits = new ArrayList<>();

    private Grace(DrainCoordinator drain) {
        this.drain = drain;
    }

    /** Limits what {@code context} waits for after the drain that ended with {@code result}, until the registration is closed. */
    static Registration limit(
            ConfigurableApplicationContext context, DrainCoordinator drain, DrainResult result, Heartbeat heartbeat) {
        Grace grace = new Grace(drain);
        grace.addPhases(context, result);
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        grace.addExecutors(beans, ExecutorConfigurationSupport.class, "awaitTerminationMillis");
        grace.addExecutors(beans, SimpleAsyncTaskExecutor.class, "taskTerminationTimeout");
        grace.tell();
        return heartbeat.listen(beat -> grace.tell());
    }

    private void tell() {
        long left = Math.max(LAST_MILLIS, drain.progress().remaining().toMillis());
        limits.forEach(limit -> limit.accept(left));
    }

    /** Nobody waits for exchanges that were told to go and do not: the server, which would, has a moment for all others. */
    private void addPhases(ConfigurableApplicationContext context, DrainResult result) {
        LifecycleProcessor processor =
                context.getBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, LifecycleProcessor.class);
        if (processor instanceof DefaultLifecycleProcessor phases) {
            long configured = Binder.get(context.getEnvironment())
                    .bind(PHASE_TIMEOUT, Duration.class)
                    .orElse(PHASE_TIMEOUT_DEFAULT)
                    .toMillis();
            boolean streams = result.unfinished().stream().anyMatch(UnfinishedCall::longLived);
            long server = streams ? Math.min(STREAMS_MILLIS, configured) : configured;
            limits.add(left -> {
                phases.setTimeoutPerShutdownPhase(Math.min(left, configured));
                phases.setTimeoutForShutdownPhase(
                        WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, Math.min(left, server));
            });
        }
    }

    private void addExecutors(ConfigurableListableBeanFactory beans, Class<?> type, String millisField) {
        @Nullable Field millis = ReflectionUtils.findField(type, millisField, long.class);
        if (millis == null) {
            return;
        }
        ReflectionUtils.makeAccessible(millis);
        for (Object executor : Singletons.of(beans, type).values()) {
            Object configured = ReflectionUtils.getField(millis, executor);
            if (configured instanceof Long some && some > 0) {
                limits.add(left -> ReflectionUtils.setField(millis, executor, Math.min(left, some)));
            }
        }
    }
}
