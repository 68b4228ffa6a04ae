/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Orders in which everybody comes first, second and last equally often, and after each other one equally often (a
 * Williams design). Stateless.
 */
final class Turns {
    private Turns() {}

    /** As many orders as there are items, twice as many for an odd number. */
    static <T> List<List<T>> of(List<T> items) {
        int size = items.size();
        List<List<T>> orders = new ArrayList<>();
        for (int shift = 0; shift < size; shift++) {
            List<T> order = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                // 0, 1, -1, 2, -2, ...: all differences of neighbours differ.
                int zigzag = i % 2 == 0 ? -i / 2 : (i + 1) / 2;
                order.add(items.get(Math.floorMod(zigzag + shift, size)));
            }
            orders.add(order);
            if (size % 2 == 1) {
                List<T> reversed = new ArrayList<>(order);
                Collections.reverse(reversed);
                orders.add(reversed);
            }
        }
        return orders;
    }
}
