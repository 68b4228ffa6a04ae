/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts, by channel, the messages that methods have come to the end of without a failure. Thread-safe. */
@Singleton
public class CompletedMessages {
    /*
     * The broker does not tell who has done how many. What fails is not done, wherever it goes: a dependency that is away has
     * each message fail at once and come back, and thousands of these a second would pass for what the service sustains.
     */
    private final Map<String, LongAdder> byChannel = new ConcurrentHashMap<>();

    /** One more. */
    public void count(String channel) {
        byChannel.computeIfAbsent(channel, name -> new LongAdder()).increment();
    }

    /** Since the start. */
    public long of(String channel) {
        LongAdder count = byChannel.get(channel);
        return count == null ? 0 : count.sum();
    }
}
