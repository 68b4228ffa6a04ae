/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PermitTest {
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("permits")
            .algorithm(() -> FixedLimit.of(2))
            .build();

    @Test
    void tryAcquire_atTheLimit_isNullAndTryWithResourcesSkipsIt() {
        try (Permit first = limiter.tryAcquire();
                Permit second = limiter.tryAcquire();
                Permit third = limiter.tryAcquire()) {
            assertThat(first).isNotNull();
            assertThat(second).isNotNull();
            assertThat(third).isNull();
        }
        assertThat(limiter.inFlight()).isZero();
        assertThat(limiter.stats()).isEqualTo(new LimiterStats(0, 2, 0, 0, 1, 0));
    }

    @Test
    void end_firstOutcomeCounts() {
        Route route = limiter.route("route");
        Permit permit = limiter.tryAcquire(route);
        assertThat(permit.route()).isSameAs(route);
        assertThat(permit.drop()).isTrue();
        assertThat(permit.success()).isFalse();
        assertThat(permit.ignore()).isFalse();
        permit.close();
        assertThat(limiter.stats(route)).isEqualTo(new LimiterStats(0, 0, 1, 0, 0, 0));
        assertThat(limiter.stats(limiter.otherRoute())).isEqualTo(LimiterStats.ZERO);
    }

    @Test
    @SuppressWarnings("NullAway")
    void end_withoutAnOutcome_throwsAndThePermitMayStillEnd() {
        Permit permit = limiter.tryAcquire();
        assertThatThrownBy(() -> permit.end(null)).isInstanceOf(NullPointerException.class);
        assertThat(limiter.inFlight()).isEqualTo(1);
        assertThat(permit.success()).isTrue();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void end_byThreadsAtOnce_isWonByOne() throws Exception {
        CyclicBarrier together = new CyclicBarrier(3);
        ExecutorService executor = Executors.newFixedThreadPool(3);
        for (int i = 0; i < 2_000; i++) {
            Permit permit = limiter.tryAcquire();
            List<Callable<Boolean>> ends = List.of(permit::success, permit::drop, () -> {
                permit.close();
                return null;
            });
            List<Future<Boolean>> results = new ArrayList<>();
            for (Callable<Boolean> end : ends) {
                results.add(executor.submit(() -> {
                    together.await();
                    return end.call();
                }));
            }
            boolean success = results.get(0).get();
            boolean drop = results.get(1).get();
            results.get(2).get();
            assertThat(success && drop).isFalse();
            assertThat(limiter.inFlight()).isZero();
        }
        executor.shutdown();
        assertThat(limiter.stats().completed()).isEqualTo(2_000);
    }
}
