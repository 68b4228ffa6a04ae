/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.benchmarks.startup.Reloads.Growth;
import org.junit.jupiter.api.Test;

class ReloadsTest {
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
