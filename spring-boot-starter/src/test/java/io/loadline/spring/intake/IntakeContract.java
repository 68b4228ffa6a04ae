/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.spring.IntakeBuilderCustomizer;
import io.loadline.spring.testing.ListenerApplication;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

/** What holds for a service whose message listeners are paused by the gate, with a real broker. */
@Timeout(120)
abstract class IntakeContract {
    private static final int BACKLOG = 3000;
    private static final int PAUSES = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The application, whose one listener, {@code main}, hands each message to {@link Handler#handle}. */
    abstract Class<?> application();

    /** Settings that lead to the broker. */
    abstract List<String> settings();

    /** Sends messages; they are safe with the broker when this returns. */
    abstract void send(String destination, int from, int to);

    /** Whether the listener takes no messages. */
    abstract boolean isPaused(ConfigurableApplicationContext context);

    /** Pauses or stops it as a user would. */
    abstract void pauseByHand(ConfigurableApplicationContext context);

    abstract void resumeByHand(ConfigurableApplicationContext context);

    /** How often the listener has connected to the broker, or was given partitions. */
    abstract int connections(ConfigurableApplicationContext context);

    /** Whether consumers that were paused have come to the end of what they had begun. */
    abstract boolean isAtRest(ConfigurableApplicationContext context);

    /** Whether all consumers of the listener, of which there are several, have what they will have. */
    abstract boolean isComplete(ConfigurableApplicationContext context);

    @Test
    void backlog_underALimitedHandler_isHandledOnceWithPausesAndWithoutReconnects() {
        String destination = "backlog";
        Handler handler = new Handler(Duration.ofMillis(1));
        try (ConfigurableApplicationContext context = start(
                destination,
                handler,
                "spring.kafka.listener.concurrency=3",
                "spring.rabbitmq.listener.simple.concurrency=4")) {
            until(() -> isComplete(context));
            int connections = connections(context);
            send(destination, 0, BACKLOG);
            for (int pause = 1; pause <= PAUSES; pause++) {
                int least = pause * BACKLOG / (PAUSES + 2);
                until(() -> handler.messages() >= least);
                assertThat(handler.messages()).as("before pause " + pause).isLessThan(BACKLOG);
                handler.load = 2;
                // What was at hand, or waited for the limiter, is finished before that.
                until(() -> isSettled(context) && isAtRest(context) && handler.isStill());
                assertThat(handler.messages()).as("at pause " + pause).isLessThan(BACKLOG);
                handler.load = 0.1;
                until(() -> !isPaused(context));
            }
            until(() -> handler.messages() == BACKLOG);
            assertThat(handler.count()).as("handled in all").isEqualTo(BACKLOG);
            assertThat(handler.mostRunning.get()).isLessThanOrEqualTo(2);
            assertThat(connections(context)).isPositive().isEqualTo(connections);
            assertThat(context.getBean(Loadline.class).intake().pauses()).isEqualTo(PAUSES);
        }
    }

    @Test
    void listener_pausedByHand_isNotResumed() {
        String destination = "byhand";
        Handler handler = new Handler(Duration.ZERO);
        try (ConfigurableApplicationContext context = start(destination, handler)) {
            until(() -> !isPaused(context));
            pauseByHand(context);
            until(() -> isPaused(context));
            openAndShut(context, handler);
            send(destination, 0, 10);
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
            assertThat(isPaused(context)).isTrue();
            assertThat(handler.count()).isZero();
            resumeByHand(context);
            until(() -> handler.messages() == 10);
        }
    }

    @Test
    void listener_resumedByHandWhileTheGateIsShut_goesOn() {
        String destination = "resumed";
        Handler handler = new Handler(Duration.ZERO);
        try (ConfigurableApplicationContext context = start(destination, handler)) {
            until(() -> !isPaused(context));
            handler.load = 2;
            until(() -> isPaused(context) && isSettled(context));
            resumeByHand(context);
            send(destination, 0, 10);
            until(() -> handler.messages() == 10);
            LockSupport.parkNanos(Duration.ofMillis(1500).toNanos());
            assertThat(isPaused(context)).isFalse();
        }
    }

    @Test
    void listener_leftAlone_staysAsItIs() {
        String destination = "alone";
        Handler handler = new Handler(Duration.ZERO);
        try (ConfigurableApplicationContext context = start(destination, handler)) {
            until(() -> !isPaused(context));
            handler.load = 2;
            until(() -> isPaused(context) && isSettled(context));
            context.getBean(ListenerIntake.class).leaveAlone("main");
            handler.load = 0.1;
            until(() -> context.getBean(Loadline.class).intake().isOpen());
            LockSupport.parkNanos(Duration.ofMillis(1500).toNanos());
            assertThat(isPaused(context)).isTrue();
        }
    }

    @Test
    void listener_excluded_isNeverPaused() {
        String destination = "excluded";
        Handler handler = new Handler(Duration.ZERO);
        handler.load = 2;
        try (ConfigurableApplicationContext context =
                start(destination, handler, "loadline.guard.intake.exclude=other,main")) {
            until(() -> !context.getBean(Loadline.class).intake().isOpen());
            LockSupport.parkNanos(Duration.ofMillis(1500).toNanos());
            send(destination, 0, 10);
            until(() -> handler.messages() == 10);
            assertThat(isPaused(context)).isFalse();
        }
    }

    @Test
    void drain_whileTheGateIsShut_resumesNothing() {
        String destination = "drained";
        Handler handler = new Handler(Duration.ZERO);
        try (ConfigurableApplicationContext context = start(destination, handler)) {
            until(() -> !isPaused(context));
            handler.load = 2;
            until(() -> isPaused(context) && isSettled(context));
            send(destination, 0, 10);
            DrainResult result =
                    drainAsync(context).orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            handler.load = 0.1;
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            assertThat(handler.count()).isZero();
        }
        try (ConfigurableApplicationContext next = start(destination, handler)) {
            until(() -> handler.messages() == 10);
            assertThat(next.isActive()).isTrue();
        }
    }

    /** It is no longer among what runs when the drain begins, but what it is at must be finished. */
    @Test
    void message_beingHandledAsTheGateShuts_isFinishedBeforeTheDrainIsOver() {
        String destination = "finished";
        Handler handler = new Handler(Duration.ZERO);
        CountDownLatch released = new CountDownLatch(1);
        handler.released = released;
        try (ConfigurableApplicationContext context = start(destination, handler)) {
            send(destination, 0, 1);
            until(() -> handler.running.get() == 1);
            handler.load = 2;
            until(() -> isPaused(context));
            CompletableFuture<DrainResult> drained = drainAsync(context);
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
            assertThat(drained).isNotDone();
            released.countDown();
            assertThat(drained.orTimeout(30, TimeUnit.SECONDS).join().outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(handler.count()).isEqualTo(1);
        }
        try (ConfigurableApplicationContext next = start(destination, handler)) {
            send(destination, 1, 2);
            handler.load = 0.1;
            until(() -> handler.messages() == 2);
            assertThat(next.isActive()).isTrue();
        }
        assertThat(handler.count()).isEqualTo(2);
    }

    @Test
    void gate_unlessEnabled_leavesListenersAlone() {
        String destination = "disabled";
        Handler handler = new Handler(Duration.ZERO);
        handler.load = 2;
        try (ConfigurableApplicationContext context =
                start(destination, handler, "loadline.guard.intake.enabled=false")) {
            assertThat(context.getBeanNamesForType(ListenerIntake.class)).isEmpty();
            send(destination, 0, 10);
            until(() -> handler.messages() == 10);
        }
    }

    private static void openAndShut(ConfigurableApplicationContext context, Handler handler) {
        handler.load = 2;
        until(() -> !context.getBean(Loadline.class).intake().isOpen());
        LockSupport.parkNanos(Duration.ofMillis(1200).toNanos());
        handler.load = 0.1;
        until(() -> context.getBean(Loadline.class).intake().isOpen());
    }

    /** Whether what is held has come to rest. */
    private static boolean isSettled(ConfigurableApplicationContext context) {
        return !context.getBean(ListenerIntake.class).held().isEmpty()
                && Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(each -> each.getName().startsWith("loadline-pause"));
    }

    static void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private static CompletableFuture<DrainResult> drainAsync(ConfigurableApplicationContext context) {
        return context.getBean(Loadline.class)
                .drain()
                .drainAsync("test", Settling.SKIP)
                .toCompletableFuture();
    }

    final ConfigurableApplicationContext start(String destination, Handler handler, String... more) {
        IntakeBuilderCustomizer load = builder -> builder.load(() -> handler.load);
        return ListenerApplication.start(
                application(),
                destination,
                Map.of("handler", handler, "load", load),
                List.of(
                        List.of(
                                "loadline.limit.algorithm=fixed",
                                "loadline.limit.initial=2",
                                "loadline.guard.intake.enabled=true",
                                "loadline.guard.intake.paused-at-least=500ms",
                                "loadline.guard.intake.calm=100ms",
                                "loadline.guard.intake.max-wait=20s"),
                        settings(),
                        List.of(more)));
    }

    /** What was handled, and how. Thread-safe. */
    static final class Handler {
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger mostRunning = new AtomicInteger();
        private final Map<String, Integer> times = new ConcurrentHashMap<>();
        private final Duration work;

        /** What the gate believes. */
        volatile double load = 0.1;

        volatile CountDownLatch released = new CountDownLatch(0);

        Handler(Duration work) {
            this.work = work;
        }

        /** As a call of the limiter. */
        void handle(Loadline loadline, String message) throws Exception {
            ConcurrencyLimiter limiter = loadline.limiter();
            Object unused = loadline.intake().handle(limiter.route("messages"), () -> {
                mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                try {
                    released.await();
                    LockSupport.parkNanos(work.toNanos());
                    return times.merge(message, 1, Integer::sum);
                } finally {
                    running.decrementAndGet();
                }
            });
        }

        int messages() {
            return times.size();
        }

        /** Whether nothing has been handled for a while, which is long for those that take a millisecond. */
        boolean isStill() {
            int before = count();
            LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
            return count() == before;
        }

        int count() {
            return times.values().stream().mapToInt(each -> each).sum();
        }
    }
}
