/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.signal.Saturation.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BottleneckTest {
    private Instant now = Instant.parse("2026-11-01T12:00:00Z");
    private final Bottleneck bottleneck = new Bottleneck(now);
    private Optional<String> cutOff = Optional.empty();
    private Optional<String> waitedFor = Optional.empty();
    private boolean saturated;

    private String after(Reading... readings) {
        now = now.plusSeconds(1);
        bottleneck.tick(new Resources(List.of(readings)), cutOff, waitedFor, saturated, now);
        return bottleneck.name();
    }

    private static Reading cpu(double utilization) {
        return new Reading("cpu", Kind.USE, utilization, "");
    }

    private static Reading pool(double utilization) {
        return new Reading("pool", Kind.PLACES, utilization, "");
    }

    private static Reading gc(double utilization) {
        return new Reading("gc", Kind.SYMPTOM, utilization, "");
    }

    @Test
    void name_ofNothingBusy_isNone() {
        assertThat(after()).isEqualTo("none");
        assertThat(after(cpu(0.69), gc(Double.NaN))).isEqualTo("none");
        assertThat(bottleneck.since()).isEqualTo(Instant.parse("2026-11-01T12:00:00Z"));
    }

    @Test
    void name_isTheMostSaturated() {
        assertThat(after(cpu(0.9), gc(1.2), pool(0.8))).isEqualTo("gc");
        assertThat(bottleneck.since()).isEqualTo(now);
    }

    @Test
    void name_staysUntilItIsCalm() {
        assertThat(after(cpu(0.7))).isEqualTo("cpu");
        Instant since = now;
        assertThat(after(cpu(0.61))).isEqualTo("cpu");
        assertThat(bottleneck.since()).isEqualTo(since);
        assertThat(after(cpu(0.59))).isEqualTo("none");
        assertThat(after(cpu(0.69))).isEqualTo("none");
    }

    @Test
    void name_staysUntilAnotherIsClearlyAhead() {
        assertThat(after(cpu(0.85), gc(0.8))).isEqualTo("cpu");
        assertThat(after(cpu(0.85), gc(0.94))).isEqualTo("cpu");
        assertThat(after(cpu(0.85), gc(0.96))).isEqualTo("gc");
        assertThat(after(cpu(0.95), gc(0.9))).isEqualTo("gc");
    }

    @Test
    void name_whenItBecomesUnknown_isLeft() {
        assertThat(after(cpu(0.9))).isEqualTo("cpu");
        assertThat(after(cpu(Double.NaN))).isEqualTo("none");
    }

    @Test
    void name_ofAnAspect_isTheResource() {
        assertThat(after(cpu(0.5), new Reading("cpu.throttling", Kind.SYMPTOM, 0.9, "")))
                .isEqualTo("cpu");
        assertThat(after(cpu(0.65), new Reading("cpu.throttling", Kind.SYMPTOM, 0.1, "")))
                .isEqualTo("cpu");
    }

    /** It waits because of those. */
    @Test
    void name_whileAQueueIsLong_isThatAfterAllButTheLimit() {
        Reading queue = new Reading("queue:orders", Kind.BACKLOG, 3, "");
        saturated = true;
        assertThat(after(queue)).isEqualTo("queue:orders");
        assertThat(after(queue, pool(0.8))).isEqualTo("pool");
        assertThat(after(queue, cpu(0.8))).isEqualTo("cpu");
        waitedFor = Optional.of("db");
        assertThat(after(queue)).isEqualTo("dependency:db");
    }

    /** Places are taken because the dependency is slow; a CPU that is used up is not. */
    @Test
    void name_whileADependencyTakesMostOfTheTime_isThatBeforePlaces() {
        waitedFor = Optional.of("db");
        assertThat(after(cpu(0.3), pool(1.5))).isEqualTo("dependency:db");
        assertThat(after(cpu(0.8), pool(1.5))).isEqualTo("cpu");
        waitedFor = Optional.empty();
        assertThat(after(cpu(0.3), pool(1.5))).isEqualTo("pool");
    }

    @Test
    void name_whileADependencyIsCutOff_isThatBeforeAll() {
        cutOff = Optional.of("prices");
        assertThat(after(cpu(0.99))).isEqualTo("dependency:prices");
    }

    @Test
    void name_whileTheLimitBinds_isTheLimitForSomeSeconds() {
        saturated = true;
        assertThat(after(cpu(0.3))).isEqualTo("limit");
        saturated = false;
        for (int second = 0; second < 4; second++) {
            assertThat(after(cpu(0.3))).isEqualTo("limit");
        }
        assertThat(after(cpu(0.3))).isEqualTo("none");
    }

    private static Reading lag(double utilization) {
        return new Reading("event_loop", Kind.DELAY, utilization, "");
    }

    /** Where the CPUs are used up everything waits, and longer than a tenth of a second. */
    @Test
    void name_whileTheCpuIsUsedUp_isNotWhatWaitsForIt() {
        assertThat(after(cpu(0.6), lag(5))).isEqualTo("event_loop");
        assertThat(after(cpu(0.84), lag(5))).isEqualTo("event_loop");
        assertThat(after(cpu(0.98), lag(5))).isEqualTo("cpu");
        assertThat(after(cpu(0.8), lag(5))).isEqualTo("cpu");
        assertThat(after(cpu(0.65), lag(5))).isEqualTo("event_loop");
        assertThat(after(cpu(0.5), new Reading("cpu.throttling", Kind.SYMPTOM, 0.9, ""), lag(5)))
                .isEqualTo("cpu");
    }

    @Test
    void name_ofADelay_isThatBeforeADependencyAndPlaces() {
        waitedFor = Optional.of("db");
        assertThat(after(cpu(0.3), lag(0.8), pool(1.5))).isEqualTo("event_loop");
        assertThat(after(cpu(0.3), lag(0.5), pool(1.5))).isEqualTo("dependency:db");
    }
}
