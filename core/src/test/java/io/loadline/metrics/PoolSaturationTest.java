/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.signal.Saturation;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PoolSaturationTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Map<String, Double> values = new HashMap<>();
    private final PoolSaturation pools = PoolSaturation.connections(() -> registry);

    private void hikari(String pool, double active, double max, double pending) {
        gauge("hikaricp.connections.active", pool, active);
        gauge("hikaricp.connections.max", pool, max);
        gauge("hikaricp.connections.pending", pool, pending);
    }

    private void gauge(String name, String pool, double value) {
        String key = name + pool;
        values.put(key, value);
        Gauge.builder(name, values, all -> all.get(key)).tag("pool", pool).register(registry);
    }

    private static double settle(Saturation pools) {
        double last = Double.NaN;
        for (int second = 0; second < 40; second++) {
            last = pools.utilization();
        }
        return last;
    }

    @Test
    void utilization_ofConnections_isThatOfTheMostUsedPool() {
        hikari("reports", 1, 10, 0);
        hikari("orders", 8, 10, 0);

        assertThat(pools.name()).isEqualTo("pool");
        assertThat(pools.kind()).isEqualTo(Saturation.Kind.PLACES);
        assertThat(pools.utilization()).isEqualTo(0.8);
        assertThat(pools.detail()).isEqualTo("orders: 8 of 10 taken, 0 wait");
    }

    @Test
    void utilization_whenSomebodyWaits_isAboveOne_andBelowTwo() {
        hikari("orders", 10, 10, 10);
        assertThat(pools.utilization()).isCloseTo(1.5, within(1e-9));
        assertThat(pools.detail()).isEqualTo("orders: 10 of 10 taken, 10 wait");

        hikari("orders", 10, 10, 1e9);
        assertThat(settle(pools)).isBetween(1.9, 2.0);
        hikari("orders", 10, 10, 0);
        assertThat(settle(pools)).isCloseTo(1, within(0.01));
    }

    /** Busy at one look of four: a quarter in the mean, not full. */
    @Test
    void utilization_ofWhatIsBusyNowAndThen_isItsMean() {
        hikari("orders", 0, 10, 0);
        double sum = 0;
        for (int second = 0; second < 400; second++) {
            values.put("hikaricp.connections.activeorders", second % 4 == 3 ? 10.0 : 0);
            double share = pools.utilization();
            assertThat(share).isLessThan(0.6);
            sum += share;
        }

        assertThat(sum / 400).isCloseTo(0.25, within(0.05));
    }

    @Test
    void utilization_afterAStep_isThereInTenSeconds() {
        hikari("orders", 1, 10, 0);
        settle(pools);
        values.put("hikaricp.connections.activeorders", 9.0);
        for (int second = 0; second < 10; second++) {
            double unused = pools.utilization();
        }

        assertThat(pools.utilization()).isCloseTo(0.9, within(0.05));
    }

    @Test
    void utilization_withoutAnyPool_isUnknown_untilThereIsOne() {
        assertThat(pools.utilization()).isNaN();
        assertThat(pools.detail()).isEqualTo("no pool has meters");
        hikari("orders", 5, 10, 0);

        assertThat(pools.utilization()).isEqualTo(0.5);
    }

    @Test
    void utilization_ofAPoolThatComesLater_isThereAfterTenSeconds() {
        hikari("orders", 5, 10, 0);
        settle(pools);
        hikari("reports", 10, 10, 0);

        assertThat(settle(pools)).isEqualTo(1);
        assertThat(pools.detail()).startsWith("reports");
    }

    @Test
    void utilization_withoutARegistry_isUnknown() {
        PoolSaturation none = PoolSaturation.connections(() -> null);
        assertThat(none.utilization()).isNaN();
        assertThat(none.detail()).isEqualTo("no pool has meters");
    }

    /** Its gauges are there and say 0, since nobody reads them. */
    @Test
    void utilization_ofACompositeWithoutRegistries_isUnknown() {
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        composite.gauge("hikaricp.connections.active", 5);
        composite.gauge("hikaricp.connections.max", 10);
        PoolSaturation unread = PoolSaturation.connections(() -> composite);
        assertThat(unread.utilization()).isNaN();
        assertThat(unread.detail()).isEqualTo("the meters give no numbers");

        composite.add(registry);
        assertThat(unread.utilization()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1})
    void utilization_ofGaugesThatMakeNoSense_isUnknown(double nonsense) {
        hikari("orders", nonsense, 10, 0);
        assertThat(pools.utilization()).isNaN();

        hikari("other", 5, 0, 0);
        assertThat(settle(pools)).isNaN();
        hikari("third", 5, 10, nonsense);
        assertThat(settle(pools)).isEqualTo(0.5);
    }

    @Test
    void except_leavesPoolsOut() {
        hikari("reports", 10, 10, 5);
        hikari("orders", 2, 10, 0);

        assertThat(PoolSaturation.connections(() -> registry).except("reports").utilization())
                .isEqualTo(0.2);
    }

    @Test
    void of_readsPoolsOfAnyKind() {
        registry.gauge("licences.taken", Tags.of("product", "maps"), 3);
        registry.gauge("licences.bought", Tags.of("product", "maps"), 4);
        PoolSaturation licences = PoolSaturation.of("licence", () -> registry, "licences.taken", "licences.bought", "");

        assertThat(licences.name()).isEqualTo("licence");
        assertThat(licences.utilization()).isEqualTo(0.75);
        assertThat(licences.detail()).isEqualTo("licences.taken: 3 of 4 taken, 0 wait");
    }

    /** Its greatest size is one that it never reaches, with a queue that never fills. */
    @Test
    void utilization_ofAnExecutorWithAnEndlessQueue_isThatOfItsCore() throws InterruptedException {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(2, 64, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        assertExecutor(executor, 2, 2);
    }

    @Test
    void utilization_ofAForkJoinPool_isThatOfItsParallelism() throws InterruptedException {
        assertExecutor(new ForkJoinPool(2), 2, 2);
    }

    private void assertExecutor(ExecutorService executor, int busy, int waiting) throws InterruptedException {
        new ExecutorServiceMetrics(executor, "work", List.of()).bindTo(registry);
        PoolSaturation executors = PoolSaturation.executors(() -> registry);
        assertThat(executors.name()).isEqualTo("executor");
        assertThat(executors.utilization()).isZero();
        CountDownLatch running = new CountDownLatch(busy);
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < busy; i++) {
            executor.execute(() -> hold(running, end));
        }
        running.await();
        assertThat(settle(executors)).isCloseTo(1, within(0.01));
        for (int i = 0; i < waiting; i++) {
            executor.execute(() -> {});
        }
        assertThat(settle(executors)).isCloseTo(1 + (double) waiting / (waiting + busy), within(0.01));
        assertThat(executors.detail()).isEqualTo("work: 2 of 2 taken, 2 wait");
        end.countDown();
        executor.shutdown();
        assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    /** It does what is to be done now and then, and its queue is what will be due. */
    @Test
    void utilization_ofASingleThread_isNotLookedAt() {
        ExecutorService scheduler = Executors.newScheduledThreadPool(1);
        new ExecutorServiceMetrics(scheduler, "scheduler", List.of()).bindTo(registry);

        assertThat(PoolSaturation.executors(() -> registry).utilization()).isNaN();
        scheduler.shutdownNow();
    }

    private static void hold(CountDownLatch running, CountDownLatch end) {
        running.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void except_addsToWhatIsLeftOut() {
        hikari("reports", 10, 10, 5);
        hikari("imports", 10, 10, 5);
        hikari("orders", 2, 10, 0);

        assertThat(PoolSaturation.connections(() -> registry)
                        .except("reports", "reports")
                        .except("imports")
                        .utilization())
                .isEqualTo(0.2);
    }

    /** It grows only when its queue is full. */
    @Test
    void utilization_ofAnExecutorWithRoomInItsQueue_isThatOfTheThreadsThereAre() {
        executor("pool.core", 8);
        executor("pool.max", 32);
        executor("pool.size", 8);
        executor("queue.remaining", 50);
        executor("queued", 56);
        executor("active", 8);
        PoolSaturation executors = PoolSaturation.executors(() -> registry);
        assertThat(executors.utilization()).isCloseTo(1 + 56.0 / 64, within(1e-9));

        executor("queue.remaining", 0);
        executor("queued", 106);
        assertThat(settle(executors)).isCloseTo(0.25, within(0.01));
        executor("pool.size", 32);
        executor("queue.remaining", 106);
        executor("queued", 0);
        executor("active", 16);
        assertThat(settle(executors)).isCloseTo(0.5, within(0.01));
    }

    private void executor(String name, double value) {
        if (values.put("executor." + name, value) == null) {
            Gauge.builder("executor." + name, values, all -> all.get("executor." + name))
                    .tag("name", "work")
                    .register(registry);
        }
    }

    @Test
    void registry_withoutPools_isSearchedLessAndLess() {
        AtomicInteger searches = new AtomicInteger();
        PoolSaturation none = PoolSaturation.connections(() -> {
            searches.incrementAndGet();
            return registry;
        });
        for (int second = 0; second < 600; second++) {
            assertThat(none.utilization()).isNaN();
        }
        assertThat(searches).hasValueLessThan(70);

        hikari("orders", 5, 10, 0);
        assertThat(settle(none)).isEqualTo(0.5);
    }
}
