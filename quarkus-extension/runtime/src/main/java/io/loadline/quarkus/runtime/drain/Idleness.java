/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Waits for the end of work that tells nobody. Stateless. */
public final class Idleness {
    /* What has been handed over and not begun is not seen by one look. */
    private static final int LOOKS = 2;

    private Idleness() {}

    /**
     * Waits until {@code idle} has been so at two heartbeats in a row. The caller is interrupted when its time is over.
     *
     * @throws InterruptedException then
     */
    public static void await(Heartbeat heartbeat, BooleanSupplier idle) throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(1);
        AtomicInteger looks = new AtomicInteger();
        Registration beats = heartbeat.listen(beat -> {
            if (!idle.getAsBoolean()) {
                looks.set(0);
            } else if (looks.incrementAndGet() >= LOOKS) {
                seen.countDown();
            }
        });
        try {
            seen.await();
        } finally {
            beats.close();
        }
    }
}
