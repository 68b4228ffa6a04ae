/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GuardThreadsTest {
    private static final int MOST = 8;

    @Test
    void executeAfter_runsOnADaemonThreadOfThatKind_notOnTheTimers() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        assertThat(GuardThreads.TIME_OUTS.executeAfter(1, () -> thread.complete(Thread.currentThread())))
                .isNotNull();

        assertThat(thread.get().getName()).startsWith("loadline-guard-timeout-");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void kindThatBlocksAltogether_holdsUpNoOther_andForgetsWhatIsTakenOut() throws Exception {
        CountDownLatch blocked = new CountDownLatch(MOST);
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean ran = new AtomicBoolean();
        Runnable takenOut = () -> ran.set(true);
        try {
            for (int i = 0; i < MOST; i++) {
                GuardThreads.LISTENERS.execute(() -> {
                    blocked.countDown();
                    await(over);
                });
            }
            blocked.await();
            GuardThreads.LISTENERS.execute(takenOut);
            CountDownLatch other = new CountDownLatch(1);
            GuardThreads.BREAKERS.execute(other::countDown);
            other.await();
            GuardThreads.LISTENERS.remove(takenOut);
        } finally {
            over.countDown();
        }
        CompletableFuture<String> later = new CompletableFuture<>();
        GuardThreads.LISTENERS.execute(() -> later.complete("ran"));

        assertThat(later.get()).isEqualTo("ran");
        assertThat(ran).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
