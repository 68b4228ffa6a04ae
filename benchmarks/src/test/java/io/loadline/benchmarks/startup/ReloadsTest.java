/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loadline.benchmarks.startup.Reloads.Growth;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReloadsTest {
    @Test
    void growth_readingsThatGoUpAndDown_isFromLowestToLowest() {
        List<String> readings = Stream.of(3, 1, 2, 5, 4, 2)
                .map(mib -> String.valueOf(mib << 20))
                .toList();

        assertThat(Reloads.growth(readings, 2)).isEqualTo(new Growth(1, 2));
    }

    @Test
    void growth_fewerReadingsThanReloads_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Reloads.growth(List.of("1048576"), 2))
                .withMessageContaining("expected 6");
    }

    @Test
    void figures_whatTheFrameworkItselfKeeps_isNotOurs() {
        assertThat(Reloads.figures(10, new Growth(40, 47), new Growth(42, 51)).exitCode())
                .isZero();
    }

    @Test
    void figures_moreThanTheBarBeyondThat_fails() {
        assertThat(Reloads.figures(10, new Growth(40, 47), new Growth(42, 51.1)).exitCode())
                .isEqualTo(1);
    }
}
