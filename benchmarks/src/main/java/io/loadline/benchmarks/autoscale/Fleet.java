/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.autoscale;

import io.loadline.benchmarks.harness.Haproxy;
import io.loadline.benchmarks.harness.Prometheus;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.hpa.PodStatus;
import io.loadline.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Replicas behind a balancer, as many as wanted: what a Deployment does. Not thread-safe. */
final class Fleet implements AutoCloseable {
    /* Those that end keep theirs until they have. */
    private static final int PLACES = 16;

    private final Haproxy balancer;
    private final Prometheus prometheus;
    private final Image image;
    private final String dependency;
    private final Path folder;
    private final Deque<Replica.Place> free = new ArrayDeque<>();
    private final List<Replica> replicas = new ArrayList<>();
    private int desired;
    private int generation;
    private int started;

    /**
     * Makes a fleet of none.
     *
     * @param prometheus is told whom to scrape
     * @param image what the replicas run
     * @param dependency the host and port of the service that all of them ask
     * @param folder for logs
     */
    Fleet(Prometheus prometheus, Image image, String dependency, Path folder) throws IOException, InterruptedException {
        this.prometheus = prometheus;
        this.image = image;
        this.dependency = dependency;
        this.folder = Files.createDirectories(folder);
        // All of them free, and different ones.
        Set<Integer> ports = new HashSet<>();
        while (ports.size() < PLACES) {
            ports.add(Ports.free());
        }
        Map<String, Integer> servers = new TreeMap<>();
        for (int port : ports) {
            Replica.Place place = new Replica.Place("place" + port, port);
            free.add(place);
            servers.put(place.name(), port);
        }
        balancer = Haproxy.startForRequests(servers, folder.resolve("haproxy.log"));
    }

    /** Where the balancer listens. */
    int port() {
        return balancer.port();
    }

    /** Replicas that are wanted; {@link #reconcile} sees to it. */
    void scale(int replicasWanted) {
        desired = replicasWanted;
    }

    int desired() {
        return desired;
    }

    /** Replaces all by new ones, one more at a time than are wanted and none less. */
    void rollOut() {
        generation++;
    }

    /** Kills every other one that is ready, half of them rounded up. */
    void killHalf() {
        List<Replica> ready = replicas.stream().filter(Replica::isReady).toList();
        for (int i = 0; i < ready.size(); i += 2) {
            ready.get(i).kill();
        }
    }

    /** Starts and ends what is due. To be called several times a second. */
    void reconcile() throws IOException {
        List<Replica> gone = replicas.stream().filter(Replica::isGone).toList();
        gone.forEach(replica -> free.addLast(replica.place));
        boolean changed = replicas.removeAll(gone);
        int surge = live().stream().anyMatch(this::isOld) ? 1 : 0;
        while (live().size() < desired + surge && !free.isEmpty()) {
            String name = "orders-" + ++started;
            ServiceProcess.Builder service = image.service(folder.resolve(name + ".log"), dependency);
            replicas.add(Replica.start(name, generation, free.removeFirst(), balancer, service));
            changed = true;
        }
        while (live().size() > desired + surge || (surge == 1 && anOldOneIsSpare())) {
            victim().delete();
        }
        if (changed) {
            prometheus.scrape(replicas.stream()
                    .collect(Collectors.toMap(replica -> replica.name, replica -> replica.place.port())));
        }
    }

    private boolean anOldOneIsSpare() {
        return ready() > desired && live().stream().anyMatch(this::isOld);
    }

    private boolean isOld(Replica replica) {
        return replica.generation < generation;
    }

    /* Old ones first, then those that are not ready, then the youngest. */
    private Replica victim() {
        Comparator<Replica> order = Comparator.comparing(this::isOld)
                .thenComparing(replica -> !replica.isReady())
                .thenComparing(replicas::indexOf);
        return live().stream().max(order).orElseThrow();
    }

    private List<Replica> live() {
        return replicas.stream()
                .filter(replica -> !replica.isDeleted() && !replica.isGone())
                .toList();
    }

    /** All pods that a controller sees. */
    List<PodStatus> pods() {
        return replicas.stream()
                .filter(replica -> !replica.isGone())
                .map(Replica::status)
                .toList();
    }

    /** Those that get requests. */
    int ready() {
        return (int) replicas.stream().filter(Replica::isReady).count();
    }

    /** Those that take CPU and memory: also those that start, and those that end. */
    int paid() {
        return (int) replicas.stream().filter(replica -> !replica.isGone()).count();
    }

    /** Waits until as many are ready as are wanted. */
    void awaitReady(Duration timeout) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (ready() < desired) {
            if (System.nanoTime() - deadlineNanos >= 0) {
                throw new IllegalStateException(
                        ready() + " of " + desired + " ready after " + timeout.toSeconds() + " s, see " + folder);
            }
            reconcile();
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Override
    public void close() throws IOException {
        replicas.forEach(Replica::kill);
        replicas.forEach(Replica::close);
        balancer.close();
    }
}
