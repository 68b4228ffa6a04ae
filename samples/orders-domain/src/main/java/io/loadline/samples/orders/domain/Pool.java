/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders.domain;

import io.loadline.signal.Saturation;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Stands for a scarce resource behind the service, of which there are ten. It can tell Loadline how much of it is in use,
 * which is the load until the service was overloaded once. Thread-safe.
 */
public final class Pool implements Saturation {
    private static final int SIZE = 10;

    /** Fair, so that no request waits much longer than its peers. */
    private final Semaphore places = new Semaphore(SIZE, true);

    private final LongAdder heldNanos = new LongAdder();
    private long readNanos = System.nanoTime();
    private long readHeldNanos;

    /** Waits for a place and keeps it for {@code time}. */
    public void hold(Duration time) throws InterruptedException {
        places.acquire();
        long startNanos = System.nanoTime();
        try {
            Thread.sleep(time.toMillis());
        } finally {
            places.release();
            heldNanos.add(System.nanoTime() - startNanos);
        }
    }

    @Override
    public String name() {
        return "pool";
    }

    @Override
    public Kind kind() {
        return Kind.PLACES;
    }

    /** The mean since the last call: what is taken at one moment says little. */
    @Override
    public synchronized double utilization() {
        long nowNanos = System.nanoTime();
        long nowHeldNanos = heldNanos.sum();
        double utilization = (double) (nowHeldNanos - readHeldNanos) / (nowNanos - readNanos) / SIZE;
        readNanos = nowNanos;
        readHeldNanos = nowHeldNanos;
        return utilization;
    }
}
