/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Each counter of {@link ArrivalCounts} is one that threads raise by turns, and no count gets lost. A sum over stripes is
 * not of one moment, so linearizability is checked with one.
 */
@Param(name = "field", gen = IntGen.class, conf = "0:2")
public class ArrivalCountsTest {
    private final ArrivalCounts counts = new ArrivalCounts(1);

    @Test
    void modelChecking_finds_noOrderThatPlainFieldsCannotGive() {
        new ModelCheckingOptions()
                .iterations(10)
                .invocationsPerIteration(150)
                .threads(3)
                .actorsPerThread(3)
                .checkObstructionFreedom(true)
                .sequentialSpecification(PlainCounts.class)
                .check(ArrivalCountsTest.class);
    }

    @Operation
    public void count(@Param(name = "field") int field) {
        counts.count(field);
    }

    @Operation
    public long sum(@Param(name = "field") int field) {
        return counts.sum(field);
    }

    /** The same in plain fields. Not thread-safe. */
    public static final class PlainCounts {
        private final long[] counts = new long[3];

        public void count(int field) {
            counts[field]++;
        }

        public long sum(int field) {
            return counts[field];
        }
    }

    @Test
    void count_byManyThreads_losesNothing() throws Exception {
        ArrivalCounts many = new ArrivalCounts(4);
        ExecutorService executor = Executors.newFixedThreadPool(6);
        List<Future<?>> workers = new ArrayList<>();
        for (int thread = 0; thread < 6; thread++) {
            workers.add(executor.submit(() -> {
                for (int i = 0; i < 100_000; i++) {
                    many.count(i % ArrivalCounts.FIELDS);
                }
            }));
        }
        for (Future<?> worker : workers) {
            worker.get();
        }
        executor.shutdown();
        long sum = 0;
        for (int field = 0; field < ArrivalCounts.FIELDS; field++) {
            sum += many.sum(field);
        }
        assertThat(sum).isEqualTo(600_000);
    }

    @Test
    void nextCohort_isSpreadEvenlyAtAnyTime() {
        int[] seen = new int[CallContext.COHORTS];
        for (int i = 0; i < 3 * CallContext.COHORTS; i++) {
            seen[counts.nextCohort()]++;
        }
        assertThat(seen).containsOnly(2, 3, 4);
    }
}
