/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CapacityCpusTest {
    private final CapacityCpus cpus = new CapacityCpus();

    @Test
    void change_beforeAnythingIsLearned_isNone() {
        assertThat(cpus.change(2)).isEqualTo(1);
        assertThat(cpus.change(0.5)).isEqualTo(1);
        assertThat(cpus.change(2)).isEqualTo(1);
    }

    @Test
    void change_fewerThanTheCapacityTakes_isTheirShareOfThose() {
        learned(1, 0.8);

        assertThat(cpus.change(0.9)).as("enough").isEqualTo(1);
        assertThat(cpus.change(0.4)).isEqualTo(0.5, within(1e-9));
        assertThat(cpus.change(0.4)).as("as before").isEqualTo(1);
        assertThat(cpus.change(0.2)).isEqualTo(0.5, within(1e-9));
    }

    /** At most what was taken: nobody knows what the service can do with more than it ever had. */
    @Test
    void change_moreAgain_givesBackWhatWasTaken() {
        learned(1, 1);
        assertThat(cpus.change(0.25)).isEqualTo(0.25, within(1e-9));

        assertThat(cpus.change(0.5)).isEqualTo(2, within(1e-9));
        assertThat(cpus.change(4)).isEqualTo(2, within(1e-9));
        assertThat(cpus.change(8)).isEqualTo(1);
    }

    @Test
    void change_moreWhereTheyWereNotWhatWasMissing_isNone() {
        learned(1, 1);
        assertThat(cpus.change(0.5)).isEqualTo(0.5, within(1e-9));
        // Something else runs out first now.
        learned(0.5, 0.2);

        assertThat(cpus.change(1)).isEqualTo(1);
    }

    @Test
    void change_whileTheyAreUnknown_isNone() {
        learned(1, 1);

        assertThat(cpus.change(Double.NaN)).isEqualTo(1);
        assertThat(cpus.change(0)).isEqualTo(1);
        assertThat(cpus.change(1)).isEqualTo(1);
        cpus.learn(Double.NaN);
        assertThat(cpus.change(0.5)).isEqualTo(0.5, within(1e-9));
    }

    /** Under a quota the shares of single seconds vary around what they can be at most. */
    @Test
    void learn_moreThanThereIs_isAllThereIs() {
        learned(1, 1.3);

        assertThat(cpus.change(0.5)).isEqualTo(0.5, within(1e-9));
    }

    private void learned(double available, double utilization) {
        assertThat(cpus.change(available)).isEqualTo(1);
        for (int tick = 0; tick < 100; tick++) {
            cpus.learn(utilization);
        }
    }
}
