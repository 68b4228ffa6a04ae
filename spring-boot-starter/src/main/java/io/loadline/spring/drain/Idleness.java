/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Waits for what gives no sign when it is idle. Stateless. */
final class Idleness {
    private Idleness() {}

    /**
     * Looks at each heartbeat and not before: two looks are never closer to each other than two beats. The caller is
     * interrupted when its time is over.
     */
    static void await(Heartbeat heartbeat, BooleanSupplier idle) throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(1);
        Registration beats = heartbeat.listen(beat -> {
            if (idle.getAsBoolean()) {
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
