/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    @Test
    void of_evenNumber_eachFollowsEachOnceAndHasEachPlaceOnce() {
        check(List.of("a", "b", "c", "d", "e", "f"), 6, 1);
    }

    @Test
    void of_oddNumber_eachFollowsEachTwice() {
        check(List.of("a", "b", "c"), 6, 2);
    }

    private static void check(List<String> items, int orders, int times) {
        List<List<String>> turns = Turns.of(items);
        List<String> neighbours = new ArrayList<>();
        List<String> places = new ArrayList<>();
        for (List<String> turn : turns) {
            assertThat(turn).containsExactlyInAnyOrderElementsOf(items);
            for (int i = 0; i < turn.size(); i++) {
                places.add(turn.get(i) + i);
                if (i > 0) {
                    neighbours.add(turn.get(i - 1) + turn.get(i));
                }
            }
        }

        assertThat(turns).hasSize(orders);
        assertThat(neighbours).allMatch(pair -> Collections.frequency(neighbours, pair) == times);
        assertThat(neighbours).hasSize(items.size() * (items.size() - 1) * times);
        assertThat(places).allMatch(place -> Collections.frequency(places, place) == times);
    }
}
