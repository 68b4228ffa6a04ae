/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ten million strangers, each with a key of its own and as fast as they can, at a quota that honest clients have been using.
 * Run in a JVM of its own. Thread-safe.
 */
final class QuotaFlood {
    /** What the documentation states for a client with a key of 40 characters, and a bit. */
    static final int CLIENT_BYTES = 650;

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int STRANGERS = 10_000_000;
    private static final int PLACES = 20_000;
    private static final int NEWCOMERS = 1_000;
    private static final int HONEST = 200;
    private static final int LIMIT = 10;
    /** They ask for all of their quota, once in so many milliseconds; the rest of a period is left for pauses. */
    private static final int HONEST_PAUSE_MILLIS = 110;

    private QuotaFlood() {}

    public static void main(String[] args) throws Exception {
        double clientBytes = clientBytes();
        Quota quota = Quota.builder("api")
                .limit(LIMIT, SECOND)
                .newcomers(NEWCOMERS, SECOND)
                .maxClients(PLACES)
                .build();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong asked = new AtomicLong();
        AtomicLong admitted = new AtomicLong();
        Thread honest = new Thread(() -> beHonest(quota, over, asked, admitted), "honest");
        honest.start();
        TimeUnit.SECONDS.sleep(3);
        long askedBefore = asked.get();
        long admittedBefore = admitted.get();
        long before = usedBytes();
        long begun = System.nanoTime();
        long strangersAdmitted = 0;
        for (int i = 0; i < STRANGERS; i++) {
            QuotaDecision decision = quota.tryAcquire("stranger-" + i);
            strangersAdmitted += decision.admitted() ? 1 : 0;
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        over.set(true);
        honest.join();
        long after = usedBytes();
        double share = (double) (admitted.get() - admittedBefore) / (asked.get() - askedBefore);
        long bound = PLACES + (long) (Math.ceil(seconds) + 1) * NEWCOMERS;
        System.out.println(new Figures()
                .put("strangers", STRANGERS)
                .put("seconds", seconds)
                .put("per_second", Math.round(STRANGERS / seconds))
                .put("strangers_admitted", strangersAdmitted)
                .put("strangers_bound", bound)
                .put("honest_asked", asked.get() - askedBefore)
                .put("honest_share", share)
                .put("honest_evicted", quota.stats().evicted())
                .put("clients", quota.stats().clients())
                .put("newcomers", quota.stats().newcomers())
                .put("heap_before_mb", before / 1e6)
                .put("heap_after_mb", after / 1e6)
                .put("client_bytes", clientBytes));
    }

    private static void beHonest(Quota quota, AtomicBoolean over, AtomicLong asked, AtomicLong admitted) {
        try {
            while (!over.get()) {
                for (int client = 0; client < HONEST; client++) {
                    asked.incrementAndGet();
                    if (quota.tryAcquire("honest-" + client).admitted()) {
                        admitted.incrementAndGet();
                    }
                }
                TimeUnit.MILLISECONDS.sleep(HONEST_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of a client with a key of 40 characters, from all of a full quota. */
    private static double clientBytes() {
        Quota quota = Quota.builder("measured")
                .limit(LIMIT, SECOND)
                .maxClients(PLACES)
                .build();
        check(quota.tryAcquire("first"));
        long before = usedBytes();
        for (int i = 0; i < PLACES; i++) {
            check(quota.tryAcquire(String.format("%040d", i)));
        }
        long after = usedBytes();
        return (double) (after - before) / quota.stats().clients();
    }

    private static void check(QuotaDecision decision) {
        if (!decision.admitted()) {
            throw new IllegalStateException("refused: " + decision);
        }
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
