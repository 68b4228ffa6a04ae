/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class StripedStatsTest {
    private static final int ROUTES = 3;

    @Test
    void end_andCount_showUpInTheirRoutesFields() {
        StripedStats stats = new StripedStats(ROUTES, 4);
        stats.count(1, StripedStats.SHED);
        stats.end(1, StripedStats.SUCCEEDED, false, true, 100, 50, 60);
        stats.end(1, StripedStats.SUCCEEDED, true, false, 10, 0, 60);
        stats.end(2, StripedStats.DROPPED, false, false, -1, 0, 60);
        long[] longs = new long[ROUTES * StripedStats.LONGS];
        double[] doubles = new double[ROUTES * StripedStats.DOUBLES];
        stats.drainTo(longs.length / StripedStats.LONGS, longs, doubles);

        long[] expected = new long[StripedStats.LONGS];
        expected[StripedStats.SUCCEEDED] = 2;
        expected[StripedStats.SHADOWED] = 1;
        expected[StripedStats.SHED] = 1;
        expected[StripedStats.TIMED] = 2;
        expected[StripedStats.RTT_NANOS] = 70;
        expected[StripedStats.UNCUT_NANOS] = 110;
        expected[StripedStats.LOW_TIMED] = 1;
        expected[StripedStats.LOW_RTT_NANOS] = 60;
        expected[StripedStats.WAITED_NANOS] = 50;
        assertThat(route(longs, 0)).containsOnly(0);
        assertThat(route(longs, 1)).containsExactly(expected);
        assertThat(route(longs, 2)[StripedStats.DROPPED]).isEqualTo(1);
        assertThat(route(longs, 2)[StripedStats.TIMED]).isZero();
        assertThat(doubles[StripedStats.DOUBLES + StripedStats.RTT_SQUARES]).isEqualTo(3_700);
        assertThat(doubles[StripedStats.DOUBLES + StripedStats.LOW_RTT_SQUARES]).isEqualTo(3_600);

        stats.drainTo(longs.length / StripedStats.LONGS, longs, doubles);
        assertThat(route(longs, 1)).as("drained twice").containsExactly(expected);
    }

    @Test
    void drainTo_whileThreadsCount_losesNothing() throws Exception {
        StripedStats stats = new StripedStats(ROUTES, 2);
        int threads = 6;
        int each = 100_000;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Future<?>> workers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Random random = new Random(t);
            workers.add(executor.submit(() -> {
                for (int i = 0; i < each; i++) {
                    stats.end(random.nextInt(ROUTES), StripedStats.SUCCEEDED, false, false, 3, 0, Long.MAX_VALUE);
                }
            }));
        }
        long[] longs = new long[ROUTES * StripedStats.LONGS];
        double[] doubles = new double[ROUTES * StripedStats.DOUBLES];
        while (!workers.stream().allMatch(Future::isDone)) {
            stats.drainTo(longs.length / StripedStats.LONGS, longs, doubles);
        }
        for (Future<?> worker : workers) {
            worker.get();
        }
        executor.shutdown();
        stats.drainTo(longs.length / StripedStats.LONGS, longs, doubles);
        long succeeded = 0;
        long nanos = 0;
        for (int route = 0; route < ROUTES; route++) {
            succeeded += route(longs, route)[StripedStats.SUCCEEDED];
            nanos += route(longs, route)[StripedStats.RTT_NANOS];
        }
        assertThat(succeeded).isEqualTo((long) threads * each);
        assertThat(nanos).isEqualTo(3L * threads * each);
        assertThat(Arrays.stream(doubles).sum()).isEqualTo(9.0 * threads * each);
    }

    @Test
    void count_byThreadsThatCameAndWent_losesNothingAndLeavesTheirStripesToOthers() throws Exception {
        StripedStats stats = new StripedStats(ROUTES, 1);
        long[] longs = new long[ROUTES * StripedStats.LONGS];
        double[] doubles = new double[ROUTES * StripedStats.DOUBLES];
        for (int i = 1; i <= 50; i++) {
            Thread thread = new Thread(() -> stats.count(0, StripedStats.SUCCEEDED));
            thread.start();
            thread.join();
            assertThat(stats.isOwner(thread))
                    .as("owns the only stripe, number %s", i)
                    .isTrue();
            stats.drainTo(ROUTES, longs, doubles);
            assertThat(stats.isOwner(thread)).as("has ended, number %s", i).isFalse();
            assertThat(route(longs, 0)[StripedStats.SUCCEEDED]).isEqualTo(i);
        }
    }

    @Test
    void count_whereAStripeIsOwned_sharesAnother() throws Exception {
        StripedStats stats = new StripedStats(ROUTES, 1);
        stats.count(0, StripedStats.SUCCEEDED);
        Thread other = new Thread(() -> stats.count(0, StripedStats.SUCCEEDED));
        other.start();
        other.join();
        assertThat(stats.isOwner(Thread.currentThread())).isTrue();
        assertThat(stats.isOwner(other)).isFalse();
        long[] longs = new long[ROUTES * StripedStats.LONGS];
        stats.drainTo(ROUTES, longs, new double[ROUTES * StripedStats.DOUBLES]);
        assertThat(route(longs, 0)[StripedStats.SUCCEEDED]).isEqualTo(2);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void count_byVirtualThreads_losesNothingAndOwnsNothing() throws Exception {
        StripedStats stats = new StripedStats(ROUTES, 1);
        ExecutorService threads = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        List<Future<Boolean>> owners = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            owners.add(threads.submit(() -> {
                stats.count(0, StripedStats.SUCCEEDED);
                return stats.isOwner(Thread.currentThread());
            }));
        }
        for (Future<Boolean> owner : owners) {
            assertThat(owner.get()).isFalse();
        }
        threads.shutdown();
        long[] longs = new long[ROUTES * StripedStats.LONGS];
        stats.drainTo(ROUTES, longs, new double[ROUTES * StripedStats.DOUBLES]);
        assertThat(route(longs, 0)[StripedStats.SUCCEEDED]).isEqualTo(1_000);
    }

    @Test
    void isSampled_byMask_isOneOfAPowerOfTwo() {
        StripedStats stats = new StripedStats(ROUTES, 4);
        for (int mask : new int[] {0, 1, 7, 255}) {
            long sampled = 0;
            for (int i = 0; i < 1024; i++) {
                sampled += stats.isSampled(mask) ? 1 : 0;
            }
            assertThat(sampled).as("mask %s", mask).isBetween(1024L / (mask + 1) - 2, 1024L / (mask + 1) + 2);
        }
    }

    @Test
    void isSampled_routesThatTakeTurns_areTimedAlike() {
        StripedStats stats = new StripedStats(ROUTES, 4);
        for (int routes = 2; routes <= 8; routes++) {
            int[] sampled = new int[routes];
            for (int i = 0; i < 1_600 * routes; i++) {
                sampled[i % routes] += stats.isSampled(15) ? 1 : 0;
            }
            assertThat(sampled).as("%s routes", routes).satisfies(counts -> {
                for (int count : counts) {
                    assertThat(count).isBetween(95, 105);
                }
            });
        }
    }

    private static long[] route(long[] longs, int route) {
        return Arrays.copyOfRange(longs, route * StripedStats.LONGS, (route + 1) * StripedStats.LONGS);
    }
}
