/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.availability.Availability;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start on a machine whose memory and time a test sets; the stage of {@link #plan} takes {@link #ESTIMATE}. */
@Timeout(30)
abstract class StartupFixture {
    static final long HOUR = Duration.ofHours(1).toNanos();
    static final long ESTIMATE = 200 * Machine.MIB;

    final VirtualTime time = new VirtualTime();
    final long originNanos = time.read();
    final Machine machine = new Machine();
    final Availability availability = Availability.create(InstantSource.system());
    final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    Startup startup;

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        startup.close();
    }

    StartupPlan.Builder plan(StageTier tier) {
        return StartupPlan.builder()
                .stage(stage("cache", tier).estimateBytes(ESTIMATE).build());
    }

    StartupStage.Builder stage(String name, StageTier tier) {
        return StartupStage.builder(name, context -> ran.add(name)).tier(tier);
    }

    Startup build(StartupPlan.Builder plan) {
        return Startup.builder(plan.build(), availability, machine)
                .ticker(time)
                .waiter(time)
                .collector(machine)
                .build();
    }

    void run() throws InterruptedException {
        assertThat(startup.begin("listens")).isTrue();
        await();
    }

    void await() throws InterruptedException {
        assertThat(startup.awaitEnd(Duration.ofSeconds(20))).isTrue();
    }

    StageReport report(String name) {
        return startup.report().stages().stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElseThrow();
    }
}
