/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CounterWindowTest {
    private final CounterWindow window = new CounterWindow(3);

    @Test
    void add_first_tellsNothing() {
        assertThat(window.add(5, 7)).isNull();
        assertThat(window.add(6, 7)).containsExactly(1, 0);
    }

    @Test
    void add_beyondTheWindow_forgetsTheOldest() {
        for (int i = 0; i < 3; i++) {
            window.add(i * 10L);
        }
        assertThat(window.add(30)).containsExactly(30);
        assertThat(window.add(40)).containsExactly(30);
        assertThat(window.add(100)).containsExactly(80);
    }

    @Test
    void add_counterThatWentBack_beginsAnew() {
        window.add(1_000, 50);
        window.add(2_000, 60);
        assertThat(window.add(3_000, 2)).isNull();
        assertThat(window.add(4_000, 5)).containsExactly(1_000, 3);
    }

    /** A ticker's readings wrap; so could a counter of 64 bits. */
    @Test
    void add_counterThatWraps_growsOn() {
        window.add(Long.MAX_VALUE - 2);

        assertThat(window.add(Long.MIN_VALUE + 7)).containsExactly(10);
    }

    @Test
    void clear_beginsAnew() {
        window.add(1);
        window.clear();

        assertThat(window.add(2)).isNull();
    }
}
