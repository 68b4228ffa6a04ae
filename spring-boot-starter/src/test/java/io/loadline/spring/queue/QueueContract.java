/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.signal.LoadSignal;
import io.loadline.signal.QueueSnapshot;
import io.loadline.signal.SignalSnapshot;
import io.loadline.spring.testing.ListenerApplication;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;

/** What holds for the backlog of a service's listeners, with a real broker. */
@Timeout(120)
abstract class QueueContract {
    private static final int MESSAGES = 8000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** No rate is learned in less than these seconds. */
    private static final double SHORTEST_WINDOW = 5;

    /** The application, whose one listener, {@code main}, hands each message to {@link Handler#handle}. */
    abstract Class<?> application();

    /** Settings that lead to the broker and name the destination as the queue {@code orders}. */
    abstract List<String> settings();

    /** Sends messages; they are safe with the broker when this returns. */
    abstract void send(String destination, int messages);

    @Test
    void depthAndLoad_riseWithABacklog_andFallAsItClears() {
        Handler handler = new Handler();
        handler.work = Duration.ofMillis(2);
        try (ConfigurableApplicationContext context = start("backlog", handler)) {
            until(() -> queue(context).depth() == 0);
            long beginNanos = System.nanoTime();
            send("backlog", MESSAGES);
            until(() -> queue(context).depth() > MESSAGES / 2);
            until(() -> snapshot(context).explanation().contains(" is that of orders, in which "));
            assertThat(snapshot(context).load()).isGreaterThan(1);
            assertThat(snapshot(context).saturations()).containsKey("queue:orders");
            // However fast this machine is, the rate is that of some seconds in which no more was handled than by now,
            // and
            // not much less than the mean.
            double rate = queue(context).sustainedRate();
            int handled = handler.handled.get();
            double mean = handled / ((System.nanoTime() - beginNanos) / 1e9);
            assertThat(rate).isBetween(mean / 4, handled / SHORTEST_WINDOW);
            assertThat(queue(context).clearSeconds()).isPositive();

            handler.work = Duration.ZERO;
            until(() -> handler.handled.get() == MESSAGES);
            until(() -> queue(context).depth() == 0);
            assertThat(queue(context).clearSeconds()).isZero();
            until(() -> queue(context).load() < 0.5);
        }
    }

    static SignalSnapshot snapshot(ConfigurableApplicationContext context) {
        return context.getBean(LoadSignal.class).snapshot();
    }

    /** Unknown before the first tick. */
    static QueueSnapshot queue(ConfigurableApplicationContext context) {
        return snapshot(context).queues().stream()
                .findFirst()
                .orElse(new QueueSnapshot("orders", Duration.ofSeconds(1), Double.NaN, Double.NaN, Double.NaN));
    }

    static void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    final ConfigurableApplicationContext start(String destination, Handler handler, String... more) {
        return start(application(), destination, handler, more);
    }

    final ConfigurableApplicationContext start(
            Class<?> application, String destination, Handler handler, String... more) {
        return ListenerApplication.start(
                application,
                destination,
                Map.of("handler", handler),
                List.of(
                        List.of(
                                "loadline.limit.algorithm=fixed",
                                "loadline.limit.initial=2",
                                "loadline.signal.queues.orders.objective=1s"),
                        settings(),
                        List.of(more)));
    }

    /** What was handled. Thread-safe. */
    static final class Handler {
        final AtomicInteger handled = new AtomicInteger();
        volatile CountDownLatch released = new CountDownLatch(0);
        volatile Duration work = Duration.ZERO;

        void handle() throws InterruptedException {
            released.await();
            LockSupport.parkNanos(work.toNanos());
            handled.incrementAndGet();
        }
    }
}
