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
import io.loadline.drain.DrainResult;
import io.loadline.drain.ParticipantResult;
import io.loadline.drain.ParticipantResult.State;
import io.loadline.spring.testing.ListenerApplication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

/** What holds for a service that consumes messages from a broker. */
@Timeout(120)
abstract class ConsumerContract {
    private static final int MESSAGES = 400;
    private static final int RESTARTS = 2;

    private final String participant;

    ConsumerContract(String participant) {
        this.participant = participant;
    }

    /** The application, which hands each message to {@link Handled#handle}. */
    abstract Class<?> application();

    /** Settings that lead to the broker, and to the destination of this name. */
    abstract List<String> settings(String destination);

    /** Whether each listener of the application has been told to stop, although one may still be at work. */
    abstract boolean isStopping(ConfigurableApplicationContext context);

    /** Sends a message; it is safe with the broker when this returns. */
    abstract void send(String destination, String message);

    @Test
    void restarts_underLoad_loseNothingAndHandleNothingTwice() {
        String destination = "restarts";
        Handled handled = new Handled(Duration.ofMillis(5));
        List<ConfigurableApplicationContext> running = new ArrayList<>();
        CompletableFuture<Void> sent;
        try {
            running.add(start(destination, handled));
            sent = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < MESSAGES; i++) {
                    send(destination, "message " + i);
                    LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                }
            });
            for (int restart = 1; restart <= RESTARTS; restart++) {
                running.add(start(destination, handled));
                int least = restart * MESSAGES / (RESTARTS + 2);
                await().atMost(Duration.ofSeconds(60)).until(() -> handled.count() >= least);
                ConfigurableApplicationContext leaving = running.remove(0);
                DrainResult result = drain(leaving);
                assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
                int atTheEnd = handled.by(leaving);
                leaving.close();
                assertThat(handled.by(leaving)).as("handled by who left").isEqualTo(atTheEnd);
            }
            sent.orTimeout(60, TimeUnit.SECONDS).join();
            await().atMost(Duration.ofSeconds(60)).until(() -> handled.messages() == MESSAGES);
        } finally {
            running.forEach(ConfigurableApplicationContext::close);
        }
        assertThat(handled.messages()).isEqualTo(MESSAGES);
        assertThat(handled.count()).as("handled in all").isEqualTo(MESSAGES);
    }

    @Test
    void message_beingHandled_isFinishedAndAcknowledgedAndTheRestIsForOthers() {
        String destination = "finished";
        Handled handled = new Handled(new CountDownLatch(1));
        int messages = 20;
        try (ConfigurableApplicationContext leaving = start(destination, handled)) {
            for (int i = 1; i < messages; i++) {
                send(destination, "message " + i);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.begun.get() == 1);
            CompletableFuture<DrainResult> drained = drainAsync(leaving);
            await().atMost(Duration.ofSeconds(30)).until(() -> isStopping(leaving) && !isBeingStopped(destination));
            send(destination, "message 0");
            assertThat(drained).isNotDone();
            handled.release();
            assertThat(drained.orTimeout(20, TimeUnit.SECONDS).join().outcome()).isEqualTo(DrainOutcome.IDLE);
        }
        assertThat(handled.count()).isOne();
        try (ConfigurableApplicationContext next = start(destination, handled)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.messages() == messages);
            assertThat(handled.by(next)).isEqualTo(messages - 1);
        }
        assertThat(handled.count()).isEqualTo(messages);
    }

    @Test
    void listener_thatDoesNotReturn_isReportedAndHoldsNothingBeyondTheDeadline() {
        String destination = "stuck";
        Handled handled = new Handled(new CountDownLatch(1));
        ConfigurableApplicationContext leaving = start(destination, handled, "loadline.drain.deadline=2s");
        send(destination, "one");
        await().atMost(Duration.ofSeconds(30)).until(() -> handled.begun.get() == 1);
        DrainResult result = drain(leaving);
        assertThat(result.outcome()).isEqualTo(DrainOutcome.PARTICIPANTS_ACTIVE);
        ParticipantResult stuck = result.participants().stream()
                .filter(each -> each.name().equals(participant))
                .findFirst()
                .orElseThrow();
        assertThat(stuck.state()).isEqualTo(State.UNFINISHED);
        assertThat(stuck.active()).singleElement().asString().contains(destination);
        CompletableFuture.runAsync(leaving::close)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        handled.release();
    }

    @Test
    void participant_switchedOff_leavesTheListenersAlone() {
        String destination = "off";
        Handled handled = new Handled(Duration.ZERO);
        try (ConfigurableApplicationContext context = start(
                destination,
                handled,
                "loadline.drain.participants.kafka=false",
                "loadline.drain.participants.rabbit=false")) {
            assertThat(drain(context).participants())
                    .extracting(ParticipantResult::name)
                    .doesNotContain(participant);
            send(destination, "one");
            await().atMost(Duration.ofSeconds(30)).until(() -> handled.messages() == 1);
        }
    }

    final ConfigurableApplicationContext start(String destination, Handled handled, String... more) {
        return ListenerApplication.start(
                application(), destination, Map.of("handled", handled), List.of(settings(destination), List.of(more)));
    }

    private static boolean isBeingStopped(String destination) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .anyMatch(name -> name.startsWith("loadline-stop") && name.contains(destination));
    }

    static DrainResult drain(ConfigurableApplicationContext context) {
        return drainAsync(context).orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static CompletableFuture<DrainResult> drainAsync(ConfigurableApplicationContext context) {
        return context.getBean(Loadline.class)
                .drain()
                .drainAsync("test", Settling.SKIP)
                .toCompletableFuture();
    }

    /** What was handled, by whom and how often. Thread-safe. */
    static final class Handled {
        final AtomicInteger begun = new AtomicInteger();
        private final Map<String, Integer> times = new ConcurrentHashMap<>();
        private final Map<Object, Integer> byWhom = new ConcurrentHashMap<>();
        private final Duration work;
        private final CountDownLatch released;

        Handled(Duration work) {
            this.work = work;
            this.released = new CountDownLatch(0);
        }

        Handled(CountDownLatch released) {
            this.work = Duration.ZERO;
            this.released = released;
        }

        void handle(Object who, String message) {
            begun.incrementAndGet();
            LockSupport.parkNanos(work.toNanos());
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            byWhom.merge(who, 1, Integer::sum);
            times.merge(message, 1, Integer::sum);
        }

        void release() {
            released.countDown();
        }

        int messages() {
            return times.size();
        }

        int count() {
            return times.values().stream().mapToInt(each -> each).sum();
        }

        int by(Object who) {
            return byWhom.getOrDefault(who, 0);
        }
    }
}
