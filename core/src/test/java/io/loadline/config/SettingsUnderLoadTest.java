/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.guard.DependencyStats;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Permit;
import io.loadline.limit.Route;
import io.loadline.limit.RouteLimits;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 200 changes of every kind of knob while calls go on: none is lost, and each sees one whole setting. */
class SettingsUnderLoadTest {
    private static final int CHANGES = 200;
    private static final int THREADS = 3;

    @TempDir
    private Path temp;

    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);

    @Test
    void changes_underLoad_loseNoCallAndAreSeenWhole() throws Exception {
        ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test")
                .ticker(ticker)
                .algorithm(() -> FixedLimit.of(100))
                .limits("GET /a", RouteLimits.NONE.cap(50))
                .build();
        Numbers numbers = new Numbers("numbers");
        ConfigMap map = new ConfigMap(temp.resolve("mount"), files(0));
        LiveSettings settings = LiveSettings.builder(heartbeat)
                .environment(Map.of())
                .part(numbers)
                .part(new LimiterKnobs(limiter))
                .watch(temp.resolve("mount"))
                .build();
        settings.start();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Seen>> callers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Route route = i == 0 ? limiter.route("GET /a") : limiter.otherRoute();
            callers.add(threads.submit(() -> call(limiter, route, settings, numbers, running, done)));
        }
        running.await();

        for (int i = 1; i <= CHANGES; i++) {
            if (i % 2 == 0) {
                map.change(files(i));
                settings.watcher().look();
            } else {
                settings.change(runtime(i), "test");
            }
            if (i % 10 == 0) {
                settings.rollback(settings.current().version() - 1, "test");
                settings.change(
                        Map.of(
                                "loadline.numbers.one", "",
                                "loadline.numbers.other", "",
                                "loadline.limit.max-streams", ""),
                        "test");
            }
            limiter.beat();
        }
        done.set(true);

        long served = 0;
        for (Future<Seen> each : callers) {
            Seen seen = each.get();
            assertThat(seen.mixed).isZero();
            assertThat(seen.backwards).isZero();
            assertThat(seen.refused).isZero();
            served += seen.served;
        }
        threads.shutdown();
        LimiterStats stats = limiter.stats();
        assertThat(stats.succeeded()).isEqualTo(served);
        assertThat(limiter.inFlight()).isZero();
        assertThat(settings.changes(SettingsChange.Result.APPLIED)).isGreaterThanOrEqualTo(CHANGES);
        assertThat(settings.changes(SettingsChange.Result.REJECTED)).isZero();
        settings.close();
    }

    /**
     * Quota, guard, features and gate are changed together, to and fro. In none of both settings would a call see what it is
     * asserted not to see, but in mixtures of them.
     */
    @Test
    void changes_ofWhatSurroundsACall_areSeenWhole() throws Exception {
        Surroundings around = new Surroundings(heartbeat);
        ConfigMap unusedMap = new ConfigMap(temp.resolve("mount"), Map.of("loadline.properties", Surroundings.WIDE));
        LiveSettings settings = LiveSettings.builder(heartbeat)
                .environment(Map.of())
                .part(new QuotaKnobs(around.quota))
                .part(new GuardKnobs(around.guards))
                .part(new DegradationKnobs(around.degradation))
                .part(new IntakeKnobs(around.intake))
                .watch(temp.resolve("mount"))
                .build();
        settings.start();
        heartbeat.beat();
        around.assertWide();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Long>> callers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            callers.add(threads.submit(() -> {
                long calls = 0;
                while (!done.get()) {
                    around.call();
                    calls++;
                    running.countDown();
                }
                return calls;
            }));
        }
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();

        try {
            for (int i = 1; i <= CHANGES; i++) {
                settings.change(Surroundings.NARROW, "test");
                heartbeat.beat();
                around.assertNarrow();
                if (i % 2 == 0) {
                    settings.rollback(settings.current().version() - 1, "test");
                } else {
                    settings.change(Surroundings.NOTHING, "test");
                }
                heartbeat.beat();
                around.assertWide();
            }
        } finally {
            done.set(true);
        }

        long calls = 0;
        for (Future<Long> each : callers) {
            calls += each.get();
        }
        threads.shutdown();
        DependencyStats stats = around.guard.stats();
        assertThat(stats.succeeded()).isEqualTo(calls);
        assertThat(stats.inFlight()).isZero();
        assertThat(settings.changes(SettingsChange.Result.APPLIED)).isEqualTo(2 * CHANGES + 1);
        assertThat(settings.changes(SettingsChange.Result.REJECTED)).isZero();
        settings.close();
    }

    private static Seen call(
            ConcurrencyLimiter limiter,
            Route route,
            LiveSettings settings,
            Numbers numbers,
            CountDownLatch running,
            AtomicBoolean done) {
        Seen seen = new Seen();
        long last = 0;
        while (!done.get()) {
            try (Permit permit = limiter.tryAcquire(route)) {
                if (permit == null) {
                    seen.refused++;
                } else {
                    LoadlineSettings whole = settings.current();
                    seen.mixed += Objects.equals(whole.value(numbers.one), whole.value(numbers.other)) ? 0 : 1;
                    seen.backwards += whole.version() < last ? 1 : 0;
                    last = whole.version();
                    permit.success();
                    seen.served++;
                }
            }
            running.countDown();
        }
        return seen;
    }

    /** In none of them would three calls at once be refused, but in mixtures of them: cap 1 % of a limit of 4. */
    private static Map<String, String> runtime(int i) {
        return Map.of(
                "loadline.numbers.one",
                String.valueOf(i),
                "loadline.numbers.other",
                String.valueOf(i),
                "loadline.limit.initial",
                i % 4 == 1 ? "1000" : "4",
                "loadline.limit.enforcement",
                i % 4 == 1 ? "enforce" : "shadow",
                "loadline.limit.routes[GET /a].cap-share",
                i % 4 == 1 ? "0.01" : "1",
                "loadline.limit.waiting.max-waiters",
                String.valueOf(i));
    }

    private static Map<String, String> files(int i) {
        return Map.of(
                "loadline.limit.max-streams",
                String.valueOf(i),
                "loadline.properties",
                "loadline.numbers.one=" + i + "\nloadline.numbers.other=" + i
                        + "\nloadline.limit.routes[GET\\ /a].share=0.005\n");
    }

    private static final class Seen {
        private long served;
        private long refused;
        private long mixed;
        private long backwards;
    }
}
