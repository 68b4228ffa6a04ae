/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.LogCapture;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A file system that hangs holds up nobody. */
@Timeout(20)
class MountWatcherTest {
    private static final Path DIRECTORY = Path.of("mount");
    private static final Mount.Content CONTENT =
            new Mount.Content(DIRECTORY, true, Map.of("loadline.limit.max", "5"), List.of());

    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final BlockingQueue<Mount.Content> told = new LinkedBlockingQueue<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);

    @Test
    void start_whereItAnswers_hasLooked() {
        try (MountWatcher watcher = watcher(() -> {}, told::add, Duration.ofMinutes(5))) {
            watcher.start();

            assertThat(told).containsExactly(CONTENT);
            assertThat(watcher.status().there()).isTrue();
        }
    }

    @Test
    void start_whereItHangs_goesOnAndTellsWhenItAnswers() throws Exception {
        try (LogCapture log = LogCapture.of(LiveSettings.class);
                MountWatcher watcher = watcher(this::hang, told::add, Duration.ofMillis(10))) {
            watcher.start();

            assertThat(log.warnings()).singleElement().asString().contains("mount does not answer");
            assertThat(told).isEmpty();
            assertThat(watcher.status().looked()).isNull();
            answers.countDown();
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(CONTENT);
        }
    }

    @Test
    void close_whereItHangs_doesNotWaitAndTellsNothingLater() throws Exception {
        MountWatcher watcher = watcher(this::hang, told::add, Duration.ofMinutes(5));
        Thread starter = new Thread(watcher::start);
        starter.start();
        asked.await();

        watcher.close();

        answers.countDown();
        // The start waits for the first look, and so for its end.
        starter.join();
        assertThat(answered.getCount()).isZero();
        assertThat(told).isEmpty();
    }

    @Test
    void look_thatCouldNotTell_tellsAgain() {
        Consumer<Mount.Content> failsOnce = content -> {
            if (told.isEmpty()) {
                told.add(content);
                throw new OutOfMemoryError("a test's");
            }
            told.add(content);
        };
        try (MountWatcher watcher = watcher(() -> {}, failsOnce, Duration.ZERO)) {
            assertThatThrownBy(watcher::look).isInstanceOf(OutOfMemoryError.class);
            watcher.look();
            watcher.look();

            assertThat(told).containsExactly(CONTENT, CONTENT);
        }
    }

    private MountWatcher watcher(Runnable before, Consumer<Mount.Content> to, Duration patience) {
        return new MountWatcher(
                DIRECTORY,
                () -> {
                    before.run();
                    return CONTENT;
                },
                patience,
                heartbeat,
                to);
    }

    private void hang() {
        asked.countDown();
        try {
            answers.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        answered.countDown();
    }
}
