/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private final RouteTable table = new RouteTable(this, 3, name -> null);

    @Test
    void get_sameName_isTheSameRoute() {
        Route route = table.get("GET /orders/{id}");
        assertThat(table.get("GET /orders/{id}")).isSameAs(route);
        assertThat(route.name()).isEqualTo("GET /orders/{id}").isEqualTo(route.toString());
        assertThat(table.get(Route.OTHER)).isSameAs(table.other());
        assertThat(table.all()).containsExactly(table.other(), route);
    }

    @Test
    void get_beyondTheMaximum_isOther() {
        Route first = table.get("1");
        table.get("2");
        for (int i = 3; i < 100_000; i++) {
            assertThat(table.get("path/" + i)).isSameAs(table.other());
        }
        assertThat(table.all()).hasSize(3);
        assertThat(table.get("1")).isSameAs(first);
    }

    @Test
    void get_maximumOfOne_isAlwaysOther() {
        RouteTable smallest = new RouteTable(this, 1, name -> null);
        assertThat(smallest.get("1")).isSameAs(smallest.other());
    }

    @Test
    void get_blankName_isRefused() {
        for (String blank : List.of("", " ", "\t\n")) {
            assertThatThrownBy(() -> table.get(blank))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a route's name must not be blank: '" + blank + "'");
        }
    }

    @Test
    void get_byManyThreads_makesEachRouteOnce() throws Exception {
        int threads = 4;
        RouteTable large = new RouteTable(this, 201, name -> null);
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Future<Set<Route>>> found = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            found.add(executor.submit(() -> {
                Set<Route> routes = new HashSet<>();
                for (int i = 0; i < 200; i++) {
                    together.await();
                    routes.add(large.get("route " + i));
                }
                return routes;
            }));
        }
        Set<Route> all = new HashSet<>();
        for (Future<Set<Route>> routes : found) {
            all.addAll(routes.get());
        }
        executor.shutdown();
        assertThat(all).hasSize(200);
        assertThat(large.all()).hasSize(201);
        assertThat(large.all().stream().map(route -> route.index)).isSorted().doesNotHaveDuplicates();
    }
}
