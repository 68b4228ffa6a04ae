/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.CpuGroup;
import io.loadline.benchmarks.harness.Haproxy;
import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.hpa.PodStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One instance of the sample as a pod: with a quota of CPU, readiness that is probed, and a time to end in. Thread-safe.
 *
 * <p>A thread of its own probes it, tells the balancer, and cleans up after it.
 */
final class Replica implements AutoCloseable {
    /** What a pod may use, and what it has requested. */
    static final double CPUS = 0.25;

    /** A request that is work: about a thirtieth of what a pod can do in a second. */
    static final String WORK = "/burn?ms=5";

    /** What Prometheus asks it for. */
    static final String METRICS = "/metrics";

    /* Until it is ready, and only what the others leave. At a quarter a start takes most of a minute. */
    private static final double STARTING_CPUS = 1;
    private static final int FAILED_PROBES = 3;
    private static final Duration GRACE = Duration.ofSeconds(30);

    /**
     * A place at the balancer.
     *
     * @param name of the server there
     * @param port on which the replica is expected
     */
    record Place(String name, int port) {}

    final String name;
    final int generation;
    final Place place;
    private final Haproxy balancer;
    private final CpuGroup group;
    private final ServiceProcess process;
    private final long startMillis = System.currentTimeMillis();

    /* Written by the thread that probes, read by the loop; a moment stale. */
    private volatile boolean ready;
    private volatile long transitionMillis = startMillis;
    private volatile boolean gone;
    /* Written by the loop, read by the thread that probes. */
    private volatile boolean deleted;
    private volatile long deletedNanos;

    private Replica(
            String name, int generation, Place place, Haproxy balancer, CpuGroup group, ServiceProcess process) {
        this.name = name;
        this.generation = generation;
        this.place = place;
        this.balancer = balancer;
        this.group = group;
        this.process = process;
    }

    /**
     * Starts one; returns at once.
     *
     * @param generation of the template it is made from
     * @param service what it runs
     */
    static Replica start(String name, int generation, Place place, Haproxy balancer, ServiceProcess.Builder service)
            throws IOException {
        CpuGroup group = CpuGroup.create(STARTING_CPUS);
        group.background(true);
        ServiceProcess process = service.port(place.port()).cpuGroup(group).start();
        Replica replica = new Replica(name, generation, place, balancer, group, process);
        Thread watching = new Thread(replica::watch, name);
        watching.setDaemon(true);
        watching.start();
        return replica;
    }

    private void watch() {
        try {
            boolean started = false;
            int failed = 0;
            while (process.isAlive()) {
                if (deleted) {
                    if (System.nanoTime() - deletedNanos > GRACE.toNanos()) {
                        process.close();
                    }
                } else {
                    Probe.Answer answer = Probe.get(place.port(), "/readyz", Duration.ofSeconds(1));
                    boolean well = answer != null && answer.status() == 200;
                    failed = well ? 0 : failed + 1;
                    if (well && !started) {
                        started = true;
                        group.cpus(CPUS);
                        group.background(false);
                    }
                    if (well != ready && (well || failed >= FAILED_PROBES)) {
                        becomes(well);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(started && !deleted ? 1_000 : 100);
            }
            becomes(false);
        } catch (IOException e) {
            throw new IllegalStateException(name + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Whatever went wrong: nothing may be left that nobody looks after.
            process.close();
            group.close();
            gone = true;
        }
    }

    private synchronized void becomes(boolean nowReady) throws IOException {
        if (nowReady != ready) {
            ready = nowReady;
            transitionMillis = System.currentTimeMillis();
        }
        // Whoever deletes it has told the balancer before.
        balancer.sendTo(place.name(), nowReady && !deleted);
    }

    /** Tells it to end, and the balancer to send it nothing more. */
    synchronized void delete() throws IOException {
        deletedNanos = System.nanoTime();
        deleted = true;
        balancer.sendTo(place.name(), false);
        process.terminate();
    }

    /** Ends it without grace, and without a word to anybody. */
    void kill() {
        process.close();
    }

    boolean isReady() {
        return ready && !deleted;
    }

    boolean isDeleted() {
        return deleted;
    }

    /** Whether its process has ended and all is cleaned up. */
    boolean isGone() {
        return gone;
    }

    PodStatus status() {
        return new PodStatus(name, PodStatus.Phase.RUNNING, deleted, ready, startMillis, transitionMillis);
    }

    /** Ends it, and waits until nothing is left of it. */
    @Override
    public void close() {
        process.close();
        try {
            while (!gone) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
