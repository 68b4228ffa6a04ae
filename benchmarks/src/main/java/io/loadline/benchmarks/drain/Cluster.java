/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import io.loadline.benchmarks.harness.Affinity;
import io.loadline.benchmarks.harness.Haproxy;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.testing.Ports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Two instances of a target behind a balancer, restarted in turn. Not thread-safe. */
final class Cluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DONE = "Drain: done after ";
    private static final long LOOK_MILLIS = 10;
    private static final int CPUS = Runtime.getRuntime().availableProcessors();

    /** Held while instances start: many clusters that start side by side would be ready after minutes. */
    private static final ReentrantLock STARTS = new ReentrantLock(true);

    /* Keeps its name and its port over restarts. */
    private static final class Instance {
        final String name;
        final int port = Ports.free();

        @Nullable
        ServiceProcess process;

        Instance(String name) {
            this.name = name;
        }

        ServiceProcess process() {
            ServiceProcess started = process;
            if (started == null) {
                throw new IllegalStateException("not started: " + name);
            }
            return started;
        }
    }

    private final Target target;
    private final boolean loadline;
    private final Map<String, String> environment;
    private final Path folder;
    private final List<Instance> instances = List.of(new Instance("a"), new Instance("b"));
    private final Haproxy haproxy;
    private int restarts;

    /** Starts both instances and the balancer, and waits until all are ready. */
    Cluster(Target target, boolean loadline, Map<String, String> environment, Path folder)
            throws IOException, InterruptedException {
        this.target = target;
        this.loadline = loadline;
        this.environment = environment;
        this.folder = folder;
        Files.createDirectories(folder);
        STARTS.lock();
        try {
            List<ServiceProcess> started = new ArrayList<>();
            for (Instance instance : instances) {
                started.add(start(instance));
            }
            for (ServiceProcess process : started) {
                process.awaitReady(PATIENCE);
            }
        } finally {
            STARTS.unlock();
        }
        haproxy = Haproxy.start(
                instances.stream().collect(Collectors.toMap(instance -> instance.name, instance -> instance.port)),
                folder.resolve("haproxy.log"));
    }

    /** Where the balancer listens. */
    int port() {
        return haproxy.port();
    }

    /** Restarts one instance, the other one at the next call; returns when it is ready and gets connections again. */
    Restart restart(Order order) throws IOException, InterruptedException {
        Instance instance = instances.get(restarts++ % instances.size());
        String name = instance.name;
        ServiceProcess leaving = instance.process();
        long startNanos = System.nanoTime();
        long sigtermEpochMillis = 0;
        long logged = 0;
        boolean terminated = false;
        boolean told = false;
        long doneMillis = -1;
        long exitMillis = -1;
        while (!told || exitMillis < 0) {
            long millis = (System.nanoTime() - startNanos) / 1_000_000;
            if (!told && millis >= order.balancerMillis) {
                haproxy.sendTo(name, false);
                told = true;
            }
            if (!terminated && millis >= order.sigtermMillis) {
                sigtermEpochMillis = System.currentTimeMillis();
                logged = Files.size(leaving.log());
                leaving.terminate();
                terminated = true;
            }
            if (exitMillis < 0 && !leaving.isAlive()) {
                exitMillis = millis - order.sigtermMillis;
            }
            if (terminated && doneMillis < 0 && since(leaving.log(), logged).contains(DONE)) {
                doneMillis = millis - order.sigtermMillis;
            }
            if (millis > PATIENCE.toMillis()) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        int exitCode = leaving.awaitExit(Duration.ofMillis(1));
        Duration ready;
        STARTS.lock();
        try {
            ServiceProcess returned = start(instance);
            // A start takes every CPU it gets, and the neighbour would stand still: pods have CPUs of their own.
            Affinity.confine(returned, String.valueOf(CPUS - 1));
            ready = returned.awaitReady(PATIENCE);
            Affinity.confine(returned, "0-" + (CPUS - 1));
        } finally {
            STARTS.unlock();
        }
        haproxy.sendTo(name, true);
        return new Restart(name, sigtermEpochMillis, doneMillis, exitMillis, exitCode, ready.toMillis());
    }

    private ServiceProcess start(Instance instance) throws IOException {
        ServiceProcess.Builder builder = target.sample
                .process(loadline && !target.isStock(), folder.resolve(instance.name + ".log"))
                .port(instance.port)
                .env("SERVER", target.server)
                // A small container's collector. Two instances and the clients share the machine: without the second
                // compiler a cold instance takes less from the others, which is not what is to be measured.
                .jvmArguments(List.of(
                        "-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=" + CPUS));
        environment.forEach(builder::env);
        ServiceProcess started = builder.start();
        instance.process = started;
        return started;
    }

    private static String since(Path log, long position) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(log)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - position));
            channel.position(position);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        instances.forEach(instance -> instance.process().close());
        haproxy.close();
    }
}
