/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.FixedLimit;
import io.loadline.memory.MemoryState;
import io.loadline.startup.StageOutcome;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the other parts make of a start, with the real heartbeat. */
class LoadlineStartupTest {
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
