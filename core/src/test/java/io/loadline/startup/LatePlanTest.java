/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loadline.availability.Availability;
import io.loadline.availability.ServiceState;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A plan that is known later than the start it is for. */
class LatePlanTest {
    private final Availability availability = Availability.create(InstantSource.system());
    private final Startup startup = Startup.builder(StartupPlan.empty(), availability, Readings::unknown)
            .build();
    private final StartupPlan late = StartupPlan.builder()
            .stage(StartupStage.builder("late", stage -> {}).ungated().build())
            .build();

    @AfterEach
    void close() {
        startup.close();
    }

    @Test
    void plan_beforeTheBeginning_isTheOneThatRuns() throws Exception {
        startup.plan(late);
        assertThat(startup.plan()).isSameAs(late);
        assertThat(startup.begin("listens")).isTrue();
        assertThat(startup.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(startup.report().stages()).extracting(StageReport::outcome).containsExactly(StageOutcome.DONE);
        assertThat(availability.state()).isEqualTo(ServiceState.READY);
    }

    /** The service would be ready and its stages would never run. */
    @Test
    void ready_beforeTheBeginning_isRefusedIfThereAreStages() {
        assertThat(availability.warming("listens")).isTrue();
        startup.plan(late);
        assertThatIllegalStateException()
                .isThrownBy(() -> availability.ready("listens"))
                .withMessageContaining("call startup().begin(..)");
        assertThat(availability.state()).isEqualTo(ServiceState.WARMING);

        startup.plan(StartupPlan.empty());
        assertThat(availability.ready("listens")).isTrue();
    }

    @Test
    void ready_afterCancellation_isNotRefused() {
        startup.plan(late);
        assertThat(startup.cancel("not wanted")).isTrue();
        assertThat(availability.ready("listens")).isTrue();
    }

    @Test
    void plan_afterTheBeginning_isRefused() {
        assertThat(startup.begin("listens")).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> startup.plan(late)).withMessageContaining("has begun");
        assertThat(startup.report().stages()).isEmpty();
    }

    @Test
    void plan_afterCancellation_changesNothing() {
        assertThat(startup.cancel("told to go")).isTrue();
        startup.plan(late);
        assertThat(startup.begin("listens")).isFalse();
        assertThat(startup.report().stages()).isEmpty();
        assertThat(startup.report().ended()).isTrue();
    }
}
