/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.guard.IntakeSettings;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers that behave badly, or in a bad moment. */
@Timeout(30)
class ListenerIntakeTest {
    private final AtomicLong now = new AtomicLong();
    private volatile double load = 0.1;
    private final Loadline loadline = Loadline.builder("test")
            .ticker(now::get)
            .intake(gate -> gate.load(() -> load)
                    .settings(IntakeSettings.DEFAULT.times(Duration.ofSeconds(1), Duration.ofSeconds(1))))
            .build();
    private final Container bad = new Container("bad");
    private final Container good = new Container("good");
    private volatile Collection<HeldContainer> containers = List.of(bad, good);

    private final ListenerIntake intake = intake(List.of(() -> containers));

    private ListenerIntake intake(List<Supplier<Collection<HeldContainer>>> sources) {
        ListenerIntake started =
                new ListenerIntake(loadline.intake(), loadline.drain(), loadline.heartbeat(), sources, List.of());
        started.start();
        return started;
    }

    @AfterEach
    void close() {
        intake.stop();
        loadline.close();
    }

    @Test
    void pause_thatBlocks_keepsNoOtherFetching() {
        CountDownLatch released = new CountDownLatch(1);
        bad.whenHeld = released::await;
        run(2, 1);
        await().until(() -> !good.running);
        assertThat(bad.running).isTrue();
        // It is not let go before it has come to rest.
        run(0.1, 5);
        await().until(() -> good.running);
        assertThat(bad.releases).hasValue(0);
        released.countDown();
        await().until(() -> {
            run(0.1, 1);
            return bad.releases.get() == 1;
        });
        assertThat(intake.held()).isEmpty();
    }

    @Test
    void pause_thatThrows_harmsNobody() {
        bad.whenHeld = () -> {
            throw new NoClassDefFoundError("mine");
        };
        run(2, 1);
        await().until(() -> !good.running);
        run(0.1, 5);
        await().until(() -> good.running && intake.held().isEmpty());
        assertThat(bad.running).isTrue();
    }

    @Test
    void resume_thatThrows_isTriedAgain() {
        bad.whenReleased = () -> {
            if (bad.releases.get() < 3) {
                throw new IllegalStateException("mine");
            }
        };
        run(2, 1);
        await().until(() -> !good.running && !bad.running);
        await().until(() -> {
            run(0.1, 1);
            return bad.running;
        });
        assertThat(bad.releases).hasValue(3);
    }

    @Test
    void source_thatThrows_harmsNoOther() {
        intake.stop();
        ListenerIntake two = intake(List.of(
                () -> {
                    throw new IllegalStateException("mine");
                },
                () -> containers));
        run(2, 1);
        await().until(() -> !good.running);
        two.stop();
    }

    @Test
    void container_startedWhileTheGateIsShut_isPausedToo() {
        run(2, 1);
        await().until(() -> !good.running);
        Container late = new Container("late");
        containers = List.of(bad, good, late);
        await().until(() -> {
            run(2, 1);
            return !late.running;
        });
    }

    /** The drain looks for what runs, and must not miss this one. */
    @Test
    void container_resumedAsTheDrainBegins_isPausedAgain() {
        containers = List.of(bad);
        bad.whenReleased = () -> {
            Object unused = loadline.drain().drainAsync("test", Settling.SKIP);
        };
        run(2, 1);
        await().until(() -> !bad.running);
        run(0.1, 5);
        await().until(() -> bad.holds.get() == 2);
        assertThat(bad.running).isFalse();
    }

    @Test
    void context_thatStops_keepsNothingHeld() {
        run(2, 1);
        await().until(() -> intake.held().size() == 2 && !good.running && !bad.running);
        intake.stop();
        run(0.1, 10);
        assertThat(intake.held()).isEmpty();
        assertThat(good.releases).hasValue(0);
    }

    private void run(double newLoad, int seconds) {
        load = newLoad;
        for (int beat = 0; beat < 10 * seconds; beat++) {
            now.addAndGet(Heartbeat.PERIOD.toNanos());
            loadline.heartbeat().beat();
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    private static final class Container extends HeldContainer {
        final AtomicInteger holds = new AtomicInteger();
        final AtomicInteger releases = new AtomicInteger();
        volatile boolean running = true;
        volatile Step whenHeld = () -> {};
        volatile Step whenReleased = () -> {};
        private final String id;

        Container(String id) {
            this.id = id;
        }

        @Override
        Object container() {
            return this;
        }

        @Override
        String id() {
            return id;
        }

        @Override
        boolean isTaking() {
            return running;
        }

        @Override
        void hold() throws InterruptedException {
            holds.incrementAndGet();
            whenHeld.run();
            running = false;
        }

        @Override
        boolean isHeld() {
            return !running;
        }

        @Override
        void release() {
            releases.incrementAndGet();
            try {
                whenReleased.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            running = true;
        }
    }
}
