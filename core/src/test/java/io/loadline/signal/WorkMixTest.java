/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WorkMixTest {
    private final WorkMix mix = new WorkMix();

    @Test
    void shrunk_beforeAnySaturation_isOne() {
        mix.did("a", 4, 100);

        assertThat(mix.shrunk("a", 50)).isEqualTo(1);
    }

    @Test
    void shrunk_onlyRoute_isTheRatioOfItsBaselines() {
        saturated(10, 0);

        assertThat(mix.shrunk("a", 75)).isEqualTo(0.75, within(1e-9));
        assertThat(mix.shrunk("a", 75)).isEqualTo(1);
    }

    @Test
    void shrunk_oneOfTwoRoutes_isItsShare() {
        saturated(6, 4);

        assertThat(mix.shrunk("b", 50)).isEqualTo(0.8, within(1e-9));
        // Two of the eight that are left.
        assertThat(mix.shrunk("b", 25)).isEqualTo(7.0 / 8, within(1e-9));
        assertThat(mix.shrunk("other", 1)).isEqualTo(1);
    }

    /** A dependency that was slow and has healed. */
    @Test
    void shrunk_baselineThatRoseAndFellBack_isOne() {
        saturated(6, 4);

        assertThat(mix.shrunk("b", 130)).isEqualTo(1);
        assertThat(mix.shrunk("b", 100)).isEqualTo(1);
    }

    @Test
    void learn_followsWhatIsDoneNow() {
        saturated(10, 0);
        for (int i = 0; i < 60; i++) {
            saturated(0, 10);
        }

        assertThat(mix.shrunk("a", 50)).isCloseTo(1, within(0.01));
        assertThat(mix.shrunk("b", 50)).isCloseTo(0.5, within(0.01));
    }

    private void saturated(double a, double b) {
        mix.did("a", a, 100);
        mix.did("b", b, 100);
        mix.learn();
    }
}
