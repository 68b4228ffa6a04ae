/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.time.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** All that can change of a limiter while it runs, at once. */
class LimiterSettingsTest {
    private static final int THREADS = 3;

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void settings_ofANewLimiter_areTheBuilders() {
        ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(() -> FixedLimit.of(7))
                .enforcement(Enforcement.SHADOW)
                .limits("GET /a", RouteLimits.NONE.share(0.5).cap(3))
                .maxStreams(9));

        assertThat(limiter.settings())
                .isEqualTo(new LimiterSettings(
                        Enforcement.SHADOW,
                        new LimitBounds(7, 7),
                        null,
                        9,
                        Map.of("GET /a", RouteLimits.NONE.share(0.5).cap(3))));
    }

    @Test
    void settings_thatAreSet_holdFromTheNextCallOn() {
        ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(() -> FixedLimit.of(1)));
        Route a = limiter.route("GET /a");
        LimiterSettings changed = new LimiterSettings(
                Enforcement.ENFORCE, new LimitBounds(4, 4), 2, 5, Map.of("GET /a", RouteLimits.NONE.cap(1)));

        limiter.settings(changed);

        assertThat(limiter.settings()).isEqualTo(changed);
        assertThat(limiter.limit()).isEqualTo(4);
        assertThat(limiter.streams().max()).isEqualTo(5);
        assertThat(limiter.tryAcquire(a)).isNotNull();
        assertThat(limiter.tryAcquire(a)).isNull();
        assertThat(limiter.tryAcquire()).isNotNull();
    }

    @Test
    void bounds_thatTheLimitIsOutside_moveItAtOnceAndWhereItGoesNext() {
        AdaptiveLimit algorithm =
                AdaptiveLimit.builder().limits(10, 100).initialLimit(50).build();
        ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(() -> algorithm));

        limiter.settings(limiter.settings().bounds(new LimitBounds(2, 20)));
        assertThat(limiter.limit()).isEqualTo(20);
        assertThat(limiter.lastDecision().reason()).contains("bounds");
        limiter.settings(limiter.settings().bounds(new LimitBounds(30, 40)));
        assertThat(limiter.limit()).isEqualTo(30);
        assertThat(algorithm.bounds()).isEqualTo(new LimitBounds(30, 40));
        assertThat(algorithm.initialLimit()).isEqualTo(40);

        AimdLimit aimd = AimdLimit.builder().limits(1, 100).initialLimit(50).build();
        assertThat(aimd.bounds(new LimitBounds(60, 70))).isSameAs(aimd);
        assertThat(aimd.bounds()).isEqualTo(new LimitBounds(60, 70));
    }

    @Test
    void settings_ofWhichOneIsRefused_changeNothing() {
        ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(() -> FixedLimit.of(5))
                .limits("money", RouteLimits.NONE.share(0.5), "POST /pay")
                .maxRoutes(3));
        LimiterSettings before = limiter.settings();
        LimiterSettings wanted =
                before.enforcement(Enforcement.OFF).maxWaiters(3).bounds(new LimitBounds(9, 9));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.settings(wanted.bounds(new LimitBounds(2, 8))))
                .withMessageContaining("2 and 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.settings(wanted.routes(Map.of("POST /pay", RouteLimits.NONE.cap(1)))))
                .withMessageContaining("POST /pay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.settings(wanted.routes(Map.of("GET /a", RouteLimits.NONE.share(0.6)))))
                .withMessageContaining("1.1");
        RouteLimits none = RouteLimits.NONE;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.settings(wanted.routes(Map.of("a", none, "b", none, "c", none))))
                .withMessageContaining("3");
        assertThat(limiter.settings()).isEqualTo(before);
        assertThat(limiter.limit()).isEqualTo(5);
    }

    @Test
    void bounds_ofAnAlgorithmThatHasNone_areRefused() {
        ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(() -> new ScriptedLimit(4)));

        assertThat(limiter.settings().bounds()).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.settings(limiter.settings().bounds(new LimitBounds(1, 2))))
                .withMessageContaining("no bounds");
        limiter.settings(limiter.settings().enforcement(Enforcement.SHADOW));
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
    }

    /** The limit of the one setting in the mode of the other would refuse nearly all of these calls. */
    @Test
    void settings_thatChangeUnderLoad_refuseNobodyWhomNeitherRefuses() throws Exception {
        ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(() -> FixedLimit.of(1))
                .enforcement(Enforcement.OFF)
                .limits("GET /a", RouteLimits.NONE.capShare(1)));
        LimiterSettings loose = limiter.settings();
        LimiterSettings wide = new LimiterSettings(
                Enforcement.ENFORCE,
                new LimitBounds(1_000, 1_000),
                0,
                1,
                Map.of("GET /a", RouteLimits.NONE.capShare(0.01)));
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch called = new CountDownLatch(THREADS * 100);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Integer>> refusals = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Route route = i == 0 ? limiter.route("GET /a") : limiter.otherRoute();
            refusals.add(threads.submit(() -> {
                int refused = 0;
                while (!done.get()) {
                    try (Permit permit = limiter.tryAcquire(route)) {
                        refused += permit == null ? 1 : 0;
                    }
                    called.countDown();
                }
                return refused;
            }));
        }
        called.await();

        for (int i = 0; i < 2_000; i++) {
            limiter.settings(i % 2 == 0 ? wide : loose);
        }
        done.set(true);

        for (Future<Integer> each : refusals) {
            assertThat(each.get()).isZero();
        }
        threads.shutdown();
        assertThat(limiter.inFlight()).isZero();
    }

    private ConcurrencyLimiter limiter(Consumer<ConcurrencyLimiter.Builder> configure) {
        ConcurrencyLimiter.Builder builder = ConcurrencyLimiter.builder("test").ticker(ticker);
        configure.accept(builder);
        return builder.build();
    }
}
