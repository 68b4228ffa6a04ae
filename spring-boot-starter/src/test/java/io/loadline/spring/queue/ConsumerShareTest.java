/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConsumerShareTest {
    private final ConsumerShare share = new ConsumerShare();

    @Test
    void share_isThatOfOwnConsumers() {
        assertThat(share.of(2, 8)).isEqualTo(0.25);
        assertThat(share.of(2, 2)).isEqualTo(1);
        assertThat(share.of(4, 6)).isEqualTo(2.0 / 3);
    }

    /** The broker may not know of them yet. */
    @Test
    void share_whereTheBrokerCountsTooFew_isAll() {
        assertThat(share.of(3, 1)).isEqualTo(1);
    }

    @Test
    void share_beforeThereIsAConsumer_isThatOfOne() {
        assertThat(share.of(0, 3)).isEqualTo(0.25);
        assertThat(share.of(0, 0)).isEqualTo(1);
    }

    @Test
    void share_whileOwnConsumersAreStopped_isAsWithThem() {
        assertThat(share.of(2, 6)).isEqualTo(1.0 / 3);
        assertThat(share.of(0, 4)).isEqualTo(1.0 / 3);
        assertThat(share.of(0, 6)).isEqualTo(0.25);
        assertThat(share.of(0, 4)).isEqualTo(1.0 / 3);
    }

    /** Else a fleet that is busy would take its backlog for as many as it has instances. */
    @Test
    void share_whileTheConsumersOfAllAreStopped_isAsBefore() {
        assertThat(share.of(2, 6)).isEqualTo(1.0 / 3);
        assertThat(share.of(0, 0)).isEqualTo(1.0 / 3);
        assertThat(share.of(2, 2)).isEqualTo(1);
    }
}
