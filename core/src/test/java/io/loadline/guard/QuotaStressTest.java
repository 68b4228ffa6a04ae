/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.Enforcement;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads at one quota. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class QuotaStressTest {
    private static final int THREADS = 8;
    private static final int REQUESTS = 20_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void oneClient_ofManyThreads_getsExactlyItsPermits() throws Exception {
        Quota quota = Quota.builder("api").limit(1_000, SECOND).ticker(ticker).build();
        for (int period = 0; period < 5; period++) {
            long admitted = together(random -> {
                long mine = 0;
                for (int i = 0; i < REQUESTS / 10; i++) {
                    mine += quota.tryAcquire("a").admitted() ? 1 : 0;
                }
                return mine;
            });
            assertThat(admitted).isEqualTo(1_000);
            ticker.advance(SECOND);
        }
    }

    /** The limits of two settings differ in everything, so a mixture of both would show in what is admitted. */
    @Test
    void changes_areSeenAsAWhole() throws Exception {
        QuotaSettings open = QuotaSettings.of(new QuotaLimit(QuotaLimit.MAX_PERMITS, SECOND))
                .clientClass("gold", QuotaLimit.MAX_PERMITS, Duration.ofSeconds(2));
        QuotaSettings silent = QuotaSettings.of(new QuotaLimit(1, Duration.ofDays(1)))
                .clientClass("gold", 1, Duration.ofHours(1))
                .enforcement(Enforcement.SHADOW);
        Quota quota = Quota.builder("api").limit(1, SECOND).ticker(ticker).build();
        quota.settings(open);
        long admitted = together(random -> {
            long mine = 0;
            for (int i = 0; i < REQUESTS; i++) {
                if (i % 100 == 0) {
                    quota.settings(random.nextBoolean() ? open : silent);
                }
                // Refused by the limit of one and the enforcement of the other.
                mine += quota.tryAcquire("a" + i % 50, random.nextBoolean() ? "gold" : null, 1)
                                .admitted()
                        ? 1
                        : 0;
            }
            return mine;
        });
        assertThat(admitted).isEqualTo((long) THREADS * REQUESTS);
        QuotaStats stats = quota.stats();
        assertThat(stats.allowed() + stats.shadowed()).isEqualTo(admitted);
        assertThat(stats.shadowed()).isPositive();
        assertThat(stats.clients()).isEqualTo(50);
    }

    @Test
    void flood_ofManyThreads_staysWithinItsBounds() throws Exception {
        int places = 500;
        Quota quota = Quota.builder("api")
                .limit(5, SECOND)
                .newcomers(100, SECOND)
                .maxClients(places)
                .ticker(ticker)
                .build();
        long admitted = together(random -> {
            long mine = 0;
            for (int i = 0; i < REQUESTS; i++) {
                mine += quota.tryAcquire("k" + random.nextInt(1_000_000)).admitted() ? 1 : 0;
            }
            return mine;
        });
        // Threads that find room for the last client at once may each let one in.
        assertThat(admitted).isLessThanOrEqualTo((places + THREADS) * 5 + 100);
        quota.tidy();
        QuotaStats stats = quota.stats();
        assertThat(stats.clients()).isLessThanOrEqualTo(places);
        assertThat(stats.newcomers()).isLessThanOrEqualTo(places / 4);
        assertThat(stats.allowed() + stats.refused() + stats.crowded()).isEqualTo((long) THREADS * REQUESTS);
    }

    private interface Work {
        long run(SplittableRandom random) throws Exception;
    }

    private static long together(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CountDownLatch begin = new CountDownLatch(1);
            List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(i);
                Callable<Long> task = () -> {
                    begin.await();
                    return work.run(random);
                };
                results.add(threads.submit(task));
            }
            begin.countDown();
            long sum = 0;
            for (Future<Long> result : results) {
                sum += result.get();
            }
            return sum;
        } finally {
            threads.shutdownNow();
        }
    }
}
