/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.broker;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Numbered orders sent through a broker at an even rate, and what became of each. Not thread-safe. */
public final class Orders {
    private static final Duration EVERY = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Broker broker;
    private final Confirmations confirmations;
    private final AtomicInteger placed = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> placing;
    private volatile @Nullable Exception failure;

    private Orders(Broker broker) throws Exception {
        this.broker = broker;
        confirmations = Confirmations.of(broker);
        placing = timer.scheduleAtFixedRate(this::place, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Sends from now on; {@code broker} must be new. */
    public static Orders start(Broker broker) throws Exception {
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

    /**
     * Sends no more, and waits as {@link Confirmations#await} does.
     *
     * @throws IllegalStateException if the broker failed
     */
    public Deliveries stop() throws InterruptedException {
        placing.cancel(false);
        timer.shutdown();
        if (!timer.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS) || failure != null) {
            throw new IllegalStateException("orders could not be placed", failure);
        }
        return confirmations.await(placed.get());
    }
}
