/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SloTallyTest {
    private final SloTally tally = new SloTally(2);

    @Test
    void add_whereAllAreTimed_isExact() {
        for (int i = 1; i <= 1_000; i++) {
            tally.add(0, 7, 7, i % 8);
        }

        assertThat(counts(0)).isEqualTo(new SloCounts(3_500, 3_500));
        assertThat(counts(1)).isEqualTo(SloCounts.ZERO);
    }

    /** A third of 10 a hundred times is not three of ten a hundred times. */
    @Test
    void add_whereFewAreTimed_roundsToNothing() {
        for (int i = 0; i < 100; i++) {
            tally.add(0, 10, 3, 1);
        }

        assertThat(counts(0).total()).isEqualTo(1_000);
        assertThat(counts(0).good()).isBetween(333L, 334L);
    }

    @Test
    void add_untilOneIsTimed_knowsNothing() {
        tally.add(0, 5, 0, 0);
        assertThat(counts(0)).isEqualTo(SloCounts.ZERO);
        tally.add(0, 5, 1, 1);

        assertThat(counts(0)).isEqualTo(new SloCounts(10, 0));
    }

    @Test
    void add_ofACallThatIsReadInTwoPieces_countsItOnce() {
        tally.add(0, 0, 1, 1);
        assertThat(counts(0)).isEqualTo(SloCounts.ZERO);
        tally.add(0, 1, 0, 0);
        assertThat(counts(0)).isEqualTo(new SloCounts(1, 0));

        tally.add(0, 1, 1, 2);
        assertThat(counts(0)).isEqualTo(new SloCounts(2, 0));
        tally.add(0, 1, 1, 0);
        assertThat(counts(0)).as("it was fast").isEqualTo(new SloCounts(3, 0));
    }

    /** A counter must not go back, whatever shares follow each other. */
    @Test
    void counts_onlyGrow() {
        SloCounts before = SloCounts.ZERO;
        for (int i = 0; i < 1_000; i++) {
            tally.add(0, i % 5, i % 3, Math.min(i % 3, i % 2));
            SloCounts now = counts(0);
            assertThat(now.good()).isGreaterThanOrEqualTo(before.good());
            assertThat(now.bad()).isGreaterThanOrEqualTo(before.bad());
            before = now;
        }
    }

    @Test
    void counts_haveAllThatWasNotServedAsBad() {
        tally.add(0, 4, 4, 3);

        assertThat(tally.counts(0, new LimiterStats(4, 100, 1, 1_000, 2, 3, 5, 1_000, 7, 1_000, 1_000)))
                .isEqualTo(new SloCounts(3, 1 + 1 + 2 + 3 + 5 + 7));
    }

    private SloCounts counts(int route) {
        return tally.counts(route, LimiterStats.ZERO);
    }
}
