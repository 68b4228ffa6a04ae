/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.benchmarks.startup.FleetRun.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetResultTest {
    private static final List<Point> POINTS = List.of(
            new Point(0, 10), new Point(1000, 90), new Point(3100, 40), new Point(4000, 50), new Point(5000, 45));

    @Test
    void peakBytes_isTheHighestSample() {
        assertThat(result(2, List.of(700L, 900L), 0).peakBytes()).isEqualTo(90);
    }

    @Test
    void lastBytes_isTheMedianOfTheLastTwoSeconds() {
        assertThat(result(2, List.of(700L, 900L), 0).lastBytes()).isEqualTo(45);
    }

    @Test
    void allReadyMillis_onePodGone_isNever() {
        FleetResult result = result(2, List.of(700L), 1);

        assertThat(result.firstReadyMillis()).isEqualTo(700);
        assertThat(result.allReadyMillis()).isEqualTo(-1);
        assertThat(result.ready()).isEqualTo(1);
    }

    @Test
    void names_sameSeed_areTheSame() {
        assertThat(FleetPlan.names(7, 8)).isEqualTo(FleetPlan.names(7, 8)).doesNotHaveDuplicates();
        assertThat(FleetPlan.names(7, 8)).isNotEqualTo(FleetPlan.names(8, 8));
    }

    private static FleetResult result(int pods, List<Long> readyMillis, int gone) {
        return new FleetResult(Mode.NONE, 1, POINTS, pods, readyMillis, gone, 0);
    }
}
