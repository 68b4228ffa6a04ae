/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a service's settings again and again, and compares each reading with what was asked for: all of a change must be
 * there, or nothing of it. Thread-safe.
 */
final class LiveObserver implements AutoCloseable {
    private static final long PERIOD_MILLIS = 20;
    private static final JsonMapper JSON = new JsonMapper();

    /** What the files have said, and what was said by hand, in order; written before it is said. */
    private final List<Map<String, String>> mounted = new CopyOnWriteArrayList<>(List.of(Map.of()));

    private final List<Map<String, String>> byHand = new CopyOnWriteArrayList<>(List.of(Map.of()));

    private final LiveClient client;
    private final Reading first;
    private final Path log;
    private final Thread thread = new Thread(this::run, "settings");
    private final LongAdder readings = new LongAdder();
    private final LongAdder mixed = new LongAdder();

    /* Confined to the thread. */
    private final Map<Long, Map<String, String>> byVersion = new HashMap<>();
    private int byHandSeen;

    /** Written by the thread, read by whoever waits for it. */
    private volatile int mountedSeen;

    private volatile long mountedSeenNanos;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /** What a service said: the version, and all settings by key. */
    record Reading(long version, Map<String, String> values) {}

    private LiveObserver(LiveClient client, Path log, Reading first) {
        this.client = client;
        this.log = log;
        this.first = first;
    }

    /** One that reads from now on; what does not fit goes into {@code log}. */
    static LiveObserver start(LiveClient client, Path log) throws IOException, InterruptedException {
        LiveObserver observer = new LiveObserver(client, log, read(client));
        observer.thread.start();
        return observer;
    }

    /** What held when this began. */
    Reading first() {
        return first;
    }

    /** What holds now. */
    static Reading read(LiveClient client) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.get("/actuator/loadline/settings");
        if (answer.statusCode() != 200) {
            throw new IOException("the settings were answered with " + answer.statusCode() + ": " + answer.body());
        }
        JsonNode root = JSON.readTree(answer.body());
        Map<String, String> values = new TreeMap<>();
        for (JsonNode each : root.path("settings")) {
            JsonNode value = each.path("value");
            values.put(each.path("key").asString(), value.isNull() ? "" : value.asString());
        }
        return new Reading(root.path("version").asLong(), values);
    }

    void willMount(Map<String, String> settings) {
        mounted.add(Map.copyOf(settings));
    }

    void willSay(Map<String, String> settings) {
        byHand.add(Map.copyOf(settings));
    }

    /** Waits until what the files said last has been read; when that was, or -1 if it was not in time. */
    long awaitMounted(long timeoutMillis) throws InterruptedException {
        int wanted = mounted.size() - 1;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (mountedSeen < wanted) {
            if (System.nanoTime() - deadline >= 0 || !thread.isAlive()) {
                return -1;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return mountedSeenNanos;
    }

    long readings() {
        return readings.sum();
    }

    /** Readings that were none of the states that were asked for, or differed though they had one version. */
    long mixed() {
        return mixed.sum();
    }

    /**
     * Stops, and tells if something went wrong.
     *
     * @throws IllegalStateException if settings could not be read
     */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable why = failure;
        if (why != null) {
            throw new IllegalStateException("the settings could not be read", why);
        }
    }

    private void run() {
        try (BufferedWriter out = Files.newBufferedWriter(log)) {
            while (!closed) {
                Reading reading = read(client);
                long nanos = System.nanoTime();
                readings.increment();
                if (!fits(reading, nanos)) {
                    mixed.increment();
                    out.write("after " + mountedSeen + " by files and " + byHandSeen + " by hand: " + reading + '\n');
                }
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it is one of the states that were asked for, none before the last one seen. */
    private boolean fits(Reading reading, long nanos) {
        Map<String, String> before = byVersion.put(reading.version(), reading.values());
        if (before != null && !before.equals(reading.values())) {
            return false;
        }
        int mounts = mounted.size();
        int said = byHand.size();
        for (int m = mountedSeen; m < mounts; m++) {
            for (int h = byHandSeen; h < said; h++) {
                Map<String, String> expected = new TreeMap<>(first.values());
                expected.putAll(mounted.get(m));
                expected.putAll(byHand.get(h));
                if (expected.equals(reading.values())) {
                    byHandSeen = h;
                    if (m > mountedSeen) {
                        mountedSeenNanos = nanos;
                        mountedSeen = m;
                    }
                    return true;
                }
            }
        }
        return false;
    }
}
