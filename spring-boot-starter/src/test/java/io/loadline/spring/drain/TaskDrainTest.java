/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.loadline.drain.ParticipantResult;
import io.loadline.drain.ParticipantResult.State;
import io.loadline.testing.Gate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/** Schedulers and executors end what they hold before the context closes them, and begin nothing that nobody asked for. */
class TaskDrainTest {
    private static final long PATIENCE_SECONDS = 20;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void scheduledTask_whileItRuns_isWaitedForAndNotRepeated(boolean threadPerTask) {
        try (ConfigurableApplicationContext context =
                start(threadPerTask ? ThreadPerTask.class : Pools.class, ScheduledJob.class)) {
            ScheduledJob job = context.getBean(ScheduledJob.class);
            job.gate.awaitArrival();
            CompletableFuture<DrainResult> drained = drain(context);
            await().until(() -> phase(context) == DrainPhase.QUIESCING);
            assertThat(drained).isNotDone();
            job.gate.open();
            DrainResult result = join(drained);
            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(job.begun).hasValue(1);
            assertThat(job.ended).hasValue(1);
        }
    }

    @Test
    void scheduledTask_thatDoesNotEnd_isReported() {
        try (ConfigurableApplicationContext context =
                start(Pools.class, ScheduledJob.class, "--loadline.drain.deadline=500ms")) {
            ScheduledJob job = context.getBean(ScheduledJob.class);
            job.gate.awaitArrival();
            DrainResult result = join(drain(context));
            assertThat(result.outcome()).isEqualTo(DrainOutcome.PARTICIPANTS_ACTIVE);
            assertThat(participant(result, "scheduled tasks").state()).isEqualTo(State.UNFINISHED);
            assertThat(participant(result, "executors").state()).isEqualTo(State.UNFINISHED);
            assertThat(result.participants())
                    .as("where Loadline itself waits is no news")
                    .extracting(ParticipantResult::detail)
                    .containsOnlyNulls();
            ScheduledTasks scheduled = new ScheduledTasks(
                    context.getBeanFactory(), context.getBean(Loadline.class).heartbeat());
            assertThat(active(scheduled)).singleElement().asString().matches(".*ScheduledJob.run for \\d+ ms");
            List<String> executors = active(executors(context));
            assertThat(executors.get(0)).isEqualTo("scheduler: 1 running, 0 queued");
            assertThat(executors.get(1)).contains("scheduler-1 at ").contains(Gate.class.getSimpleName());
            job.gate.open();
        }
    }

    /** What a participant tells when it is asked; the drain itself, in a hurry, asks but for a moment. */
    private static List<String> active(DrainParticipant participant) {
        participant.prepare();
        return participant.active();
    }

    private static TaskExecutors executors(ConfigurableApplicationContext context) {
        Loadline loadline = context.getBean(Loadline.class);
        return new TaskExecutors(
                context.getBeanFactory(),
                context.getBean(RunningTasks.Registry.class),
                loadline.heartbeat(),
                loadline.limiter());
    }

    @Test
    void periodicTask_ofAScheduler_endsWhenTheDrainIsAnnounced() {
        try (ConfigurableApplicationContext context = start(Pools.class)) {
            AtomicInteger runs = new AtomicInteger();
            ScheduledFuture<?> periodic = context.getBean(TaskScheduler.class)
                    .scheduleAtFixedRate(runs::incrementAndGet, Duration.ofMillis(10));
            await().until(() -> runs.get() > 3);
            DrainResult result = join(drain(context));
            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            ThreadPoolTaskScheduler scheduler = context.getBean(ThreadPoolTaskScheduler.class);
            int after = runs.get();
            // A later task has its turn, the periodic one no longer.
            CountDownLatch later = new CountDownLatch(1);
            ScheduledFuture<?> last =
                    scheduler.getScheduledExecutor().schedule(later::countDown, 50, TimeUnit.MILLISECONDS);
            await().until(() -> later.getCount() == 0 && last.isDone());
            assertThat(periodic.isDone()).isTrue();
            assertThat(runs).hasValue(after);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Pools.class, ThreadPerTask.class})
    void executor_finishesWhatItHolds(Class<?> executors) {
        AtomicInteger done = new AtomicInteger();
        Gate gate = Gate.of(Gate.newName());
        CompletableFuture<DrainResult> drained;
        try (ConfigurableApplicationContext context = start(executors)) {
            TaskExecutor executor = context.getBean("executor", TaskExecutor.class);
            // More than there are threads in the pool, and each hands on another one.
            for (int i = 0; i < 10; i++) {
                executor.execute(() -> {
                    gate.pass();
                    executor.execute(done::incrementAndGet);
                });
            }
            gate.awaitArrival();
            drained = drain(context);
            await().until(() -> phase(context) == DrainPhase.QUIESCING);
            assertThat(drained).isNotDone();
            gate.open();
            assertThat(join(drained).outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(done).hasValue(10);
        }
    }

    @Test
    void simpleExecutor_withADecorator_keepsIt() {
        try (ConfigurableApplicationContext context = start(Decorated.class)) {
            CountDownLatch ran = new CountDownLatch(1);
            context.getBean("executor", TaskExecutor.class).execute(ran::countDown);
            await().until(() -> ran.getCount() == 0);
            assertThat(context.getBean(Decorated.class).decorated).hasValue(1);
        }
    }

    @Test
    void task_thatDoesNotEnd_isReportedWithItsThread() {
        Gate gate = Gate.of(Gate.newName());
        try (ConfigurableApplicationContext context = start(ThreadPerTask.class, "--loadline.drain.deadline=500ms")) {
            context.getBean("executor", TaskExecutor.class).execute(gate::pass);
            gate.awaitArrival();
            DrainResult result = join(drain(context));
            assertThat(result.outcome()).isEqualTo(DrainOutcome.PARTICIPANTS_ACTIVE);
            assertThat(participant(result, "executors").state()).isEqualTo(State.UNFINISHED);
            assertThat(active(executors(context)))
                    .singleElement()
                    .asString()
                    .matches("executor: thread simple-1 for \\d+ ms");
        } finally {
            gate.open();
        }
    }

    @Test
    void close_withATaskThatDoesNotEnd_keepsTheDeadline() {
        Gate gate = Gate.of(Gate.newName());
        ConfigurableApplicationContext context = start(Pools.class, "--loadline.drain.deadline=500ms");
        context.getBean("executor", TaskExecutor.class).execute(gate::pass);
        gate.awaitArrival();
        // Spring itself would wait for another 30 s.
        CompletableFuture.runAsync(context::close)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        gate.open();
    }

    @Test
    void participantBean_takesPartInItsOrder() {
        try (ConfigurableApplicationContext context = start(UserParticipants.class)) {
            DrainResult result = join(drain(context));
            assertThat(context.getBean(UserParticipants.class).calls)
                    .containsSubsequence("prepare first", "drain first", "drain second")
                    .contains("prepare second");
            assertThat(participant(result, "first").state()).isEqualTo(State.FINISHED);
        }
    }

    @Test
    void participant_switchedOff_takesNoPart() {
        try (ConfigurableApplicationContext context = start(
                Pools.class,
                "--loadline.drain.participants.scheduled=false",
                "--loadline.drain.participants.executors=off",
                "--loadline.drain.participants.kafka=false",
                "--loadline.drain.participants.rabbit=false")) {
            assertThat(join(drain(context)).participants()).isEmpty();
        }
    }

    private static ConfigurableApplicationContext start(Class<?> application, String... arguments) {
        return start(List.of(application), arguments);
    }

    private static ConfigurableApplicationContext start(Class<?> one, Class<?> other, String... arguments) {
        return start(List.of(one, other), arguments);
    }

    private static ConfigurableApplicationContext start(List<Class<?>> applications, String... arguments) {
        return new SpringApplicationBuilder(applications.toArray(Class<?>[]::new))
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(Stream.concat(
                                Stream.of("--spring.main.banner-mode=off", "--logging.level.root=warn"),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private static CompletableFuture<DrainResult> drain(ConfigurableApplicationContext context) {
        return context.getBean(Loadline.class)
                .drain()
                .drainAsync("test", Settling.SKIP)
                .toCompletableFuture();
    }

    private static DrainPhase phase(ConfigurableApplicationContext context) {
        return context.getBean(Loadline.class).drain().phase();
    }

    private static DrainResult join(CompletableFuture<DrainResult> drained) {
        return drained.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private static ParticipantResult participant(DrainResult result, String name) {
        return result.participants().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Pools {
        @Bean
        ThreadPoolTaskExecutor executor() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(2);
            return executor;
        }

        @Bean
        ThreadPoolTaskScheduler scheduler() {
            return new ThreadPoolTaskScheduler();
        }
    }

    /** On virtual threads where there are any. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class ThreadPerTask {
        private static final boolean VIRTUAL = Runtime.version().feature() >= 21;

        @Bean
        SimpleAsyncTaskExecutor executor() {
            SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("simple-");
            executor.setVirtualThreads(VIRTUAL);
            return executor;
        }

        @Bean
        SimpleAsyncTaskScheduler scheduler() {
            SimpleAsyncTaskScheduler scheduler = new SimpleAsyncTaskScheduler();
            scheduler.setVirtualThreads(VIRTUAL);
            return scheduler;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Decorated {
        final AtomicInteger decorated = new AtomicInteger();

        @Bean
        SimpleAsyncTaskExecutor executor() {
            SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
            executor.setTaskDecorator(task -> () -> {
                decorated.incrementAndGet();
                task.run();
            });
            return executor;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class ScheduledJob {
        final Gate gate = Gate.of(Gate.newName());
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger ended = new AtomicInteger();

        @Scheduled(fixedDelay = 1)
        void run() {
            begun.incrementAndGet();
            gate.pass();
            ended.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class UserParticipants {
        final List<String> calls = new CopyOnWriteArrayList<>();

        @Bean
        DrainParticipant second() {
            return participant("second", 2);
        }

        @Bean
        DrainParticipant first() {
            return participant("first", 1);
        }

        private DrainParticipant participant(String name, int order) {
            return new DrainParticipant() {
                @Override
                public String name() {
                    return name;
                }

                @Override
                public int order() {
                    return order;
                }

                @Override
                public void prepare() {
                    calls.add("prepare " + name);
                }

                @Override
                public void drain(Duration timeLeft) {
                    calls.add("drain " + name);
                }
            };
        }
    }
}
