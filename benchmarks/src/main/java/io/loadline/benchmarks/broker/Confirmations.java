/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.broker;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is confirmed of numbered orders, and how often. Thread-safe. */
public final class Confirmations {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /* How often an order was confirmed, and how often of these it had been delivered before. */
    private static final class Confirmed {
        final AtomicInteger all = new AtomicInteger();
        final AtomicInteger again = new AtomicInteger();
    }

    private final Map<Integer, Confirmed> orders = new ConcurrentHashMap<>();

    private Confirmations() {}

    /** Follows a new broker. */
    public static Confirmations of(Broker broker) throws Exception {
        Confirmations confirmations = new Confirmations();
        broker.follow(confirmations::add);
        return confirmations;
    }

    private void add(String text) {
        String[] words = text.split(" ");
        Confirmed order = orders.computeIfAbsent(Integer.valueOf(words[0]), number -> new Confirmed());
        order.all.incrementAndGet();
        if (words.length > 1) {
            order.again.incrementAndGet();
        }
    }

    /** How many orders were confirmed. */
    public int orders() {
        return orders.size();
    }

    /**
     * Waits until each of {@code placed} orders is confirmed, or none more has been for half a minute, and then for a second in
     * case that one is confirmed again. Orders that wait for a slow consumer are not lost.
     */
    public Deliveries await(int placed) throws InterruptedException {
        long progressNanos = System.nanoTime();
        int confirmed = 0;
        while (orders.size() < placed && System.nanoTime() - progressNanos < PATIENCE.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(100);
            if (orders.size() > confirmed) {
                confirmed = orders.size();
                progressNanos = System.nanoTime();
            }
        }
        TimeUnit.SECONDS.sleep(1);
        long twice = orders.values().stream().filter(each -> each.all.get() > 1).count();
        long unexplained = orders.values().stream()
                .filter(each -> each.all.get() - each.again.get() > 1)
                .count();
        long redelivered =
                orders.values().stream().filter(each -> each.again.get() > 0).count();
        return new Deliveries(placed, placed - orders.size(), redelivered, twice, unexplained);
    }
}
