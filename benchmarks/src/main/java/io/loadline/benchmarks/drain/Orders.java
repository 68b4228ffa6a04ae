/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Numbered orders sent through a broker at an even rate, and what became of each. Not thread-safe. */
final class Orders {
    private static final Duration EVERY = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /* How often an order was confirmed, and how often of these it had been delivered before. */
    private static final class Confirmations {
        final AtomicInteger all = new AtomicInteger();
        final AtomicInteger again = new AtomicInteger();
    }

    private final Broker broker;
    private final Map<Integer, Confirmations> confirmations = new ConcurrentHashMap<>();
    private final AtomicInteger placed = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> placing;
    private volatile @Nullable Exception failure;

    private Orders(Broker broker) throws Exception {
        this.broker = broker;
        broker.follow(this::confirmed);
        placing = timer.scheduleAtFixedRate(this::place, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Sends from now on; {@code broker} must be new. */
    static Orders start(Broker broker) throws Exception {
        return new Orders(broker);
    }

    private void place() {
        try {
            broker.place(String.valueOf(placed.get()));
            placed.incrementAndGet();
        } catch (Exception e) {
            failure = e;
            placing.cancel(false);
        }
    }

    private void confirmed(String text) {
        String[] words = text.split(" ");
        Confirmations of = confirmations.computeIfAbsent(Integer.valueOf(words[0]), order -> new Confirmations());
        of.all.incrementAndGet();
        if (words.length > 1) {
            of.again.incrementAndGet();
        }
    }

    /**
     * Sends no more, waits until each order is confirmed, or none more has been for half a minute, and then for a second in case
     * that one is confirmed again. Orders that wait for a slow consumer are not lost.
     *
     * @throws IllegalStateException if the broker failed
     */
    Deliveries stop() throws InterruptedException {
        placing.cancel(false);
        timer.shutdown();
        if (!timer.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS) || failure != null) {
            throw new IllegalStateException("orders could not be placed", failure);
        }
        long progressNanos = System.nanoTime();
        int confirmed = 0;
        while (confirmations.size() < placed.get() && System.nanoTime() - progressNanos < PATIENCE.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(100);
            if (confirmations.size() > confirmed) {
                confirmed = confirmations.size();
                progressNanos = System.nanoTime();
            }
        }
        TimeUnit.SECONDS.sleep(1);
        long twice = confirmations.values().stream()
                .filter(each -> each.all.get() > 1)
                .count();
        long unexplained = confirmations.values().stream()
                .filter(each -> each.all.get() - each.again.get() > 1)
                .count();
        long redelivered = confirmations.values().stream()
                .filter(each -> each.again.get() > 0)
                .count();
        return new Deliveries(placed.get(), placed.get() - confirmations.size(), redelivered, twice, unexplained);
    }
}
