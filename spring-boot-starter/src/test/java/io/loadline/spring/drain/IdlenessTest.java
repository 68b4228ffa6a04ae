/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.drain.DrainParticipant;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Heartbeat;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** When what gives no sign counts as idle; the heart beats by hand. */
@Timeout(20)
class IdlenessTest {
    private static final Duration EVER = Duration.ofHours(1);

    private final Heartbeat heartbeat = Heartbeat.create(Ticker.system());
    private final ConcurrencyLimiter limiter =
            ConcurrencyLimiter.builder("test").build();
    private final AtomicInteger searches = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory() {
        @Override
        public String[] getBeanNamesForType(Class<?> type, boolean includeNonSingletons, boolean allowEagerInit) {
            searches.incrementAndGet();
            return super.getBeanNamesForType(type, includeNonSingletons, allowEagerInit);
        }
    };

    /** A task between its queue and its run is seen at neither of two looks that come shortly after one another. */
    @Test
    void executors_thatSeemIdle_areLookedAtInTwoBeats() throws Exception {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
            @Override
            public int getActiveCount() {
                looks.incrementAndGet();
                return super.getActiveCount();
            }
        };
        beans.registerSingleton("executor", new ThreadPoolTaskExecutor() {
            @Override
            public ThreadPoolExecutor getThreadPoolExecutor() {
                return pool;
            }
        });
        Thread draining = drain(executors());
        assertThat(looks).hasValue(0);
        heartbeat.beat();
        assertThat(looks).hasValue(1);
        assertThat(draining.isAlive()).isTrue();
        heartbeat.beat();
        draining.join();
        assertThat(looks).hasValue(2);
        pool.shutdown();
    }

    /** What is waited for then has requests refused meanwhile. */
    @Test
    void executors_idleSinceTwoBeatsBeforeTheirTurn_areNotWaitedFor() throws Exception {
        beans.registerSingleton("executor", executor());
        TaskExecutors executors = executors();
        executors.prepare();
        heartbeat.beat();
        heartbeat.beat();
        executors.drain(EVER);
    }

    @Test
    void executors_thatACallMayHaveUsedSinceTheLastBeat_areLookedAtAgain() throws Exception {
        beans.registerSingleton("executor", executor());
        TaskExecutors executors = executors();
        executors.prepare();
        heartbeat.beat();
        heartbeat.beat();
        limiter.call(() -> "answer");
        Thread draining = drainPrepared(executors);
        heartbeat.beat();
        assertThat(draining.isAlive()).isTrue();
        heartbeat.beat();
        draining.join();
    }

    private TaskExecutors executors() {
        return new TaskExecutors(beans, new RunningTasks.Registry(true), heartbeat, limiter);
    }

    private static ThreadPoolTaskExecutor executor() {
        ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
        executor.afterPropertiesSet();
        return executor;
    }

    @Test
    void scheduledTasks_areSearchedForOnce() throws Exception {
        Thread draining = drain(new ScheduledTasks(beans, heartbeat));
        heartbeat.beat();
        draining.join();
        assertThat(searches).hasValue(1);
    }

    /** Returns when it waits. */
    private static Thread drain(DrainParticipant participant) {
        participant.prepare();
        return drainPrepared(participant);
    }

    private static Thread drainPrepared(DrainParticipant participant) {
        Thread thread = new Thread(() -> {
            try {
                participant.drain(EVER);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }
}
