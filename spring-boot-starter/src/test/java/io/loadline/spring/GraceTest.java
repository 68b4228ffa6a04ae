/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** What Spring waits for after the drain shares the one deadline. */
class GraceTest {
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    @Test
    void phases_thatDoNotEnd_shareWhatIsLeft() {
        ConfigurableApplicationContext context = start(Stuck.class, "loadline.drain.deadline=2s");
        // One after the other, each with all that was left after the drain, they take 8 s.
        assertThat(close(context)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void executors_thatAwaitTheirTasks_haveWhatIsLeft() throws Exception {
        ConfigurableApplicationContext context = start(Patient.class, "loadline.drain.deadline=1s");
        CountDownLatch running = new CountDownLatch(2);
        for (TaskExecutor executor : context.getBeansOfType(TaskExecutor.class).values()) {
            executor.execute(() -> {
                running.countDown();
                awaitRelease();
            });
        }
        assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
        // They were told to await them for a minute each.
        assertThat(close(context)).isLessThan(Duration.ofSeconds(20));
    }

    /** The server has a moment only for a stream that does not go; all else has its time. */
    @Test
    void stop_thatTakesItsTime_isNotCutShortForAStream() {
        ConfigurableApplicationContext context = start(Slow.class, "loadline.drain.farewell=100ms");
        Registration stream =
                context.getBean(Loadline.class).drain().longLived().open("GET /events", () -> {});
        Slow slow = context.getBean(Slow.class);
        context.close();
        assertThat(slow.stopped).isDone();
        stream.close();
    }

    private static ConfigurableApplicationContext start(Class<?> application, String... settings) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(Stream.concat(
                                Stream.of("spring.main.banner-mode=off", "logging.level.root=warn"),
                                Stream.of(settings))
                        .map(each -> "--" + each)
                        .toArray(String[]::new));
    }

    private static Duration close(ConfigurableApplicationContext context) {
        long begun = System.nanoTime();
        CompletableFuture.runAsync(context::close)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private void awaitRelease() {
        for (; ; ) {
            try {
                released.await();
                return;
            } catch (InterruptedException deaf) {
                // That is what it is here for.
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Stuck {
        @Bean
        SmartLifecycle one() {
            return new Stopping(1, callback -> {});
        }

        @Bean
        SmartLifecycle two() {
            return new Stopping(2, callback -> {});
        }

        @Bean
        SmartLifecycle three() {
            return new Stopping(3, callback -> {});
        }

        @Bean
        SmartLifecycle four() {
            return new Stopping(4, callback -> {});
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Patient {
        @Bean
        ThreadPoolTaskExecutor pool() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setWaitForTasksToCompleteOnShutdown(true);
            executor.setAwaitTerminationSeconds(60);
            executor.setDaemon(true);
            return executor;
        }

        @Bean
        SimpleAsyncTaskExecutor threadPerTask() {
            SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
            executor.setTaskTerminationTimeout(60_000);
            executor.setDaemon(true);
            return executor;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Slow {
        private static final Executor LATER = CompletableFuture.delayedExecutor(1_500, TimeUnit.MILLISECONDS);

        final CompletableFuture<Void> stopped = new CompletableFuture<>();

        @Bean
        SmartLifecycle slow() {
            return new Stopping(
                    1,
                    callback -> LATER.execute(() -> {
                        stopped.complete(null);
                        callback.run();
                    }));
        }
    }

    /** Stops as it is told. */
    private record Stopping(int phase, Consumer<Runnable> how) implements SmartLifecycle {

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void stop(Runnable callback) {
            how.accept(callback);
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public int getPhase() {
            return phase;
        }
    }
}
