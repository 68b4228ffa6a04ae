/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.util.concurrent.locks.Condition;

/** How the threads of a start wait; tests bring one whose time they move. Thread-safe. */
interface Waiter {
    Waiter SYSTEM = new Waiter() {
        @Override
        public void pause(Condition changed, long nanos) throws InterruptedException {
            long unused = changed.awaitNanos(nanos);
        }

        @Override
        public void awaitStage(Condition changed, long nanos) throws InterruptedException {
            long unused = changed.awaitNanos(nanos);
        }
    };

    /** Waits for {@code nanos} or a change; the lock of {@code changed} is held. */
    void pause(Condition changed, long nanos) throws InterruptedException;

    /** The same, while a stage runs that is likely to end before. */
    void awaitStage(Condition changed, long nanos) throws InterruptedException;
}
