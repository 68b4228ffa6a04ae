/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A place where a handler waits for the test, and the test for the handler. Thread-safe. */
public final class Gate {
    private static final Map<String, Gate> GATES = new ConcurrentHashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CompletableFuture<String> opened = new CompletableFuture<>();

    /** A name that no other test has. */
    public static String newName() {
        return "gate-" + NAMES.incrementAndGet();
    }

    /** The gate of this name, a new one if there is none. */
    public static Gate of(String name) {
        return GATES.computeIfAbsent(name, key -> new Gate());
    }

    /** The handler is there. */
    public void arrive() {
        arrived.countDown();
    }

    /** The handler is there, and goes on when the test says so. */
    public void pass() {
        arrive();
        String unused = opened.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** The handler is there, and its answer comes when the test says so. */
    public CompletableFuture<String> opened() {
        arrive();
        return opened;
    }

    public void awaitArrival() {
        try {
            assertThat(arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("handler arrives in time")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public void open() {
        boolean unused = opened.complete("opened");
    }
}
