/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatchTest {
    /* Four looks a second at a hundred requests a second, whose load rises by a tenth with each. */
    private final List<Watch.Sample> phase = IntStream.rangeClosed(1, 20)
            .mapToObj(look -> new Watch.Sample(
                    "phase", 100 + look / 4.0, look / 10.0, 1, 1, look < 8 ? "none" : "cpu", 25L * look, 20L * look))
            .toList();

    @Test
    void rates_areThoseBetweenTheFirstAndTheLastLook() {
        assertThat(Watch.offeredPerSecond(phase)).isCloseTo(100, within(1e-9));
        assertThat(Watch.answeredPerSecond(phase)).isCloseTo(80, within(1e-9));
    }

    @Test
    void reached_firstLookThatIsHighEnough_countsFromTheBeginningOfThePhase() {
        assertThat(Watch.reached(phase, 0.75)).isCloseTo(2, within(1e-9));
        assertThat(Watch.reached(phase, 3)).isInfinite();
    }

    @Test
    void after_leavesOutWhatWasBefore() {
        assertThat(Watch.after(phase, Duration.ofSeconds(4))).hasSize(4);
    }

    @Test
    void meanLoad_leavesOutWhatWasAbsent() {
        Watch.Sample absent = new Watch.Sample("phase", 0, Double.NaN, 1, 1, "none", 0, 0);

        assertThat(Watch.meanLoad(List.of(absent, phase.get(0), phase.get(2)))).isCloseTo(0.2, within(1e-9));
        assertThat(Watch.meanLoad(List.of(absent))).isNaN();
    }

    @Test
    void bottleneck_isTheOneToldMostOften() {
        assertThat(Watch.bottleneck(phase)).isEqualTo("cpu");
        assertThat(Watch.bottleneck(List.of())).isEqualTo("unknown");
    }
}
