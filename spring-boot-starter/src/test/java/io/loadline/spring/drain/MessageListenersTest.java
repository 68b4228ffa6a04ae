/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.loadline.spring.drain.MessageListeners.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.SmartLifecycle;

/** Containers that behave badly when they are stopped. */
@Timeout(20)
class MessageListenersTest {
    private static final Duration EVER = Duration.ofHours(1);

    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    @Test
    void stop_thatBlocks_keepsNoOtherConsuming() throws Exception {
        Container stuck = new Container(callback -> released.await());
        Container good = new Container(Runnable::run);
        MessageListeners participant =
                new MessageListeners("listeners", () -> List.of(listener("stuck", stuck), listener("good", good)));
        participant.prepare();
        good.stopped.await();
        stuck.stopped.await();
        await().untilAsserted(() -> assertThat(participant.active()).containsExactly("stuck"));
    }

    @Test
    void stop_thatThrows_holdsNobody() throws Exception {
        Container bad = new Container(callback -> {
            throw new NoClassDefFoundError("mine");
        });
        MessageListeners participant = new MessageListeners("listeners", () -> List.of(listener("bad", bad)));
        participant.prepare();
        participant.drain(EVER);
        assertThat(participant.active()).isEmpty();
    }

    @Test
    void listeners_thatCannotBeFound_holdNobody() throws Exception {
        MessageListeners participant = new MessageListeners("listeners", () -> {
            throw new IllegalStateException("mine");
        });
        assertThatIllegalStateException().isThrownBy(participant::prepare);
        participant.drain(EVER);
    }

    @Test
    void description_thatThrows_isReplaced() {
        Listener unnamed = new Listener(
                () -> {
                    throw new UnsupportedOperationException("mine");
                },
                new Container(Runnable::run));
        assertThat(unnamed).hasToString("Container");
    }

    private static Listener listener(String name, SmartLifecycle container) {
        return new Listener(() -> name, container);
    }

    @FunctionalInterface
    private interface Stop {
        void stop(Runnable callback) throws InterruptedException;
    }

    /** Runs, and stops as the test says. */
    private static final class Container implements SmartLifecycle {
        final CountDownLatch stopped = new CountDownLatch(1);
        private final Stop stop;

        Container(Stop stop) {
            this.stop = stop;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void stop(Runnable callback) {
            stopped.countDown();
            try {
                stop.stop(callback);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean isRunning() {
            return true;
        }
    }
}
