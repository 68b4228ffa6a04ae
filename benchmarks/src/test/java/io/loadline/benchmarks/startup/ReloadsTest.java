/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loadline.benchmarks.startup.Reloads.Growth;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReloadsTest {
    @Test
    void growth_readings_isFromTheFirstToTheLast() {
        Growth growth = Reloads.growth(List.of("1048576", "3145728", "2097152"), 2);

        assertThat(growth).isEqualTo(new Growth(1, 2));
    }

    @Test
    void growth_fewerReadingsThanReloads_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Reloads.growth(List.of("1048576"), 2))
                .withMessageContaining("expected 3");
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
