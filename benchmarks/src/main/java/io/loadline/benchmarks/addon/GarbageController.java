/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.addon;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The sample's pool of ten with 20 ms each, for requests that also leave a list in a cache, which lives for about a
 * second under full load: long enough that a collector copies it, short enough that it becomes garbage all the time.
 * Thread-safe.
 */
@RestController
class GarbageController {
    private static final int CACHED = 400;
    private static final int NODES = 4_000;
    private static final long HOLD_MILLIS = 20;

    /* Small objects that refer to each other: what is dear to copy. */
    private record Node(@Nullable Node next, long payload) {}

    record Done(String kind, long sum) {}

    private final Semaphore pool = new Semaphore(10, true);
    private final AtomicReferenceArray<@Nullable Node> cache = new AtomicReferenceArray<>(CACHED);
    private final AtomicLong requests = new AtomicLong();

    @GetMapping("/garbage")
    Done garbage() throws InterruptedException {
        pool.acquire();
        try {
            long number = requests.getAndIncrement();
            Node list = null;
            for (int i = 0; i < NODES; i++) {
                list = new Node(list, number + i);
            }
            cache.set((int) (number % CACHED), list);
            Thread.sleep(HOLD_MILLIS);
            return new Done("garbage", sum(list));
        } finally {
            pool.release();
        }
    }

    private static long sum(@Nullable Node list) {
        long sum = 0;
        for (Node node = list; node != null; node = node.next) {
            sum += node.payload;
        }
        return sum;
    }
}
