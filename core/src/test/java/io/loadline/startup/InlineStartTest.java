/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stages that run where nobody controls them. */
class InlineStartTest {
    private final List<String> ran = new ArrayList<>();

    @Test
    void run_takesTheOrderOfThePlan() {
        InlineStart.run(StartupPlan.builder()
                .stage(StartupStage.builder("last", context -> ran.add(context.stage()))
                        .dependsOn("first")
                        .build())
                .stage("first", context -> ran.add(context.stage()))
                .build());

        assertThat(ran).containsExactly("first", "last");
    }

    @Test
    void run_ofAStageThatFails_isStopped() {
        StartupPlan plan = StartupPlan.builder()
                .stage("broken", context -> {
                    throw new IOException("on purpose");
                })
                .build();

        assertThatThrownBy(() -> InlineStart.run(plan))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broken")
                .hasRootCauseMessage("on purpose");
    }

    @Test
    void run_ofAStageThatMayFail_goesOnWithoutItAndWhatNeedsIt() {
        InlineStart.run(StartupPlan.builder()
                .stage(StartupStage.builder("optional", context -> {
                            throw new AssertionError("on purpose");
                        })
                        .onFailure(FailurePolicy.degrade())
                        .build())
                .stage(StartupStage.builder("needs it", context -> ran.add(context.stage()))
                        .dependsOn("optional")
                        .onFailure(FailurePolicy.degrade())
                        .build())
                .stage("other", context -> ran.add(context.stage()))
                .build());

        assertThat(ran).containsExactly("other");
    }

    @Test
    void run_triesAgainAsOftenAsThePolicySays() {
        InlineStart.run(StartupPlan.builder()
                .stage(StartupStage.builder("second time lucky", context -> {
                            ran.add(context.stage());
                            if (ran.size() == 1) {
                                throw new IOException("on purpose");
                            }
                        })
                        .onFailure(FailurePolicy.retry(1, Duration.ofMillis(1)))
                        .build())
                .build());

        assertThat(ran).hasSize(2);
    }
}
