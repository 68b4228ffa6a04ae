/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void toString_mixedCells_alignsNumbersRightAndTextLeft() {
        Table table = new Table("phase", "goodput/s").row("warm", 9.96).row("overload", 488L);

        assertThat(table).hasToString("""
                phase     goodput/s
                warm           10.0
                overload        488
                """);
    }

    @Test
    void row_wrongNumberOfCells_isRefused() {
        assertThatThrownBy(() -> new Table("a", "b").row(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void figures_oneBarFails_failTogether() {
        Figures figures =
                new Figures().put("ratio", 0.9712).bar("goodput_bar", true).bar("p99_bar", false);

        assertThat(figures).hasToString("ratio=0.971 goodput_bar=pass p99_bar=FAIL");
        assertThat(figures.exitCode()).isEqualTo(1);
    }
}
