/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import io.loadline.limit.FixedLimit;
import io.loadline.memory.MemoryMonitor;
import io.loadline.memory.MemoryState;
import io.loadline.startup.StageOutcome;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the other parts make of a start. */
class LoadlineStartupTest {
    @ParameterizedTest
    @CsvSource({"DRAINING", "STOPPED", "BROKEN"})
    void memory_ofAServiceThatLeavesBeforeItIsReady_isNeverSaidToHaveStarted(ServiceState end) {
        ManualTicker ticker = new ManualTicker();
        try (Loadline loadline = Loadline.builder("shop").ticker(ticker).build();
                LogCapture log = LogCapture.of(MemoryMonitor.class)) {
            assertThat(loadline.availability().warming("stages")).isTrue();
            beat(loadline, ticker);
            leave(loadline.availability(), end);
            beat(loadline, ticker);

            assertThat(loadline.memory().snapshot().state()).isEqualTo(MemoryState.WARMING);
            assertThat(log.messages()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"DRAINING", "STOPPED", "BROKEN"})
    void memory_ofAServiceThatWasReady_staysStartedWhileItLeaves(ServiceState end) {
        ManualTicker ticker = new ManualTicker();
        try (Loadline loadline = Loadline.builder("shop").ticker(ticker).build();
                LogCapture log = LogCapture.of(MemoryMonitor.class)) {
            assertThat(loadline.availability().ready("listens")).isTrue();
            beat(loadline, ticker);
            OptionalLong peak = loadline.memory().snapshot().startupPeakBytes();
            leave(loadline.availability(), end);
            beat(loadline, ticker);

            assertThat(loadline.memory().snapshot().startupPeakBytes()).isEqualTo(peak);
            assertThat(log.messages())
                    .singleElement()
                    .asString()
                    .startsWith("shop: memory WARMING -> SETTLING: it has started; ");
        }
    }

    private static void leave(Availability availability, ServiceState end) {
        switch (end) {
            case DRAINING -> availability.draining("SIGTERM");
            case STOPPED -> availability.stopped("closed");
            case BROKEN -> availability.broken("no database");
            case STARTING, WARMING, READY -> throw new IllegalArgumentException("no end: " + end);
        }
    }

    /** Twenty seconds, in which the memory is read at least once. */
    private static void beat(Loadline loadline, ManualTicker ticker) {
        for (int beat = 0; beat < 200; beat++) {
            ticker.advance(Heartbeat.PERIOD);
            loadline.heartbeat().beat();
        }
    }

    @Test
    void memory_isJudgedWhileABackgroundStageWaits() throws Exception {
        StartupPlan plan = StartupPlan.builder()
                .stage(StartupStage.builder("geo", stage -> {})
                        .tier(StageTier.BACKGROUND)
                        .whenIdle()
                        .build())
                .build();
        CountDownLatch judged = new CountDownLatch(1);
        try (Loadline loadline = Loadline.builder("shop")
                        .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10)))
                        .startup(plan)
                        .build();
                var busy = Objects.requireNonNull(loadline.limiter().tryAcquire())) {
            loadline.memory().listen(snapshot -> {
                if (snapshot.state() == MemoryState.SETTLING) {
                    judged.countDown();
                }
            });
            loadline.start().startup().begin("listens");

            assertThat(judged.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(busy).isNotNull();
            assertThat(loadline.startup().report().stages()).noneMatch(stage -> stage.outcome() == StageOutcome.DONE);
        }
    }
}
