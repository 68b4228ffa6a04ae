/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import io.loadline.benchmarks.broker.Broker;
import io.loadline.benchmarks.broker.Deliveries;
import io.loadline.benchmarks.broker.Orders;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restarts of samples behind HAProxy under load: what is lost, and how long each drain takes. Not thread-safe. */
@Command(
        name = "benchmarks/drain",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Restarts two instances of a sample in turn behind HAProxy, in two orders: SIGTERM 2 s before the"
                + " balancer%nstops sending new connections, and the balancer first. Some consume orders from a message"
                + " broker, too.%nExits 0 only if no request was lost or refused, no order was lost or handled twice,"
                + " every drain took at most%nthe balancer's delay + the longest request + 1.5 s, and every instance was"
                + " gone in half of the usual%nfixed sleep of 10 s.")
public final class Drain implements Callable<Integer> {
    private static final long ENOUGH_REQUESTS = 100_000;

    /** What a JVM ends with after a SIGTERM: 128 + 15. */
    private static final int TERMINATED = 143;

    @Option(names = "--quick", description = "Two restarts per order, in under 5 minutes; any number of requests.")
    private boolean quick;

    @Option(
            names = "--target",
            split = ",",
            description = "${COMPLETION-CANDIDATES} (default: all but those of Quarkus).")
    private List<Target> targets = Target.USUAL;

    @Option(
            names = "--quarkus",
            description =
                    "The targets quarkus and, beside it, quarkus_stock: the same service without the extension, of"
                            + " which%nnothing is asked. No setting says anything of Quarkus' own shutdown.")
    private boolean quarkus;

    @Option(
            names = "--restarts",
            description = "Restarts in each order (default: 20, 10 of consumers; 2 with --quick).")
    private int restarts;

    @Option(names = "--rate", description = "Requests a second (default: ${DEFAULT-VALUE}).")
    private double ratePerSecond = 150;

    @Option(names = "--without-loadline", description = "What the stock services lose; never fails.")
    private boolean withoutLoadline;

    @Option(
            names = "--fixed-sleep",
            description = "What the stock services lose and how long they take with SIGTERM after a sleep of 10 s, 2 s"
                    + " of which%nthe balancer needs; never fails.")
    private boolean fixedSleep;

    private final List<Series> series = new ArrayList<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Drain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        withoutLoadline |= fixedSleep;
        if (quarkus) {
            targets = withoutLoadline ? List.of(Target.QUARKUS_STOCK) : List.of(Target.QUARKUS, Target.QUARKUS_STOCK);
        }
        Path folder = Workspace.newResults(fixedSleep ? "drain-sleep" : withoutLoadline ? "drain-without" : "drain");
        Files.writeString(folder.resolve("restarts.csv"), Restart.CSV_HEAD + "\n");
        try (LoadGenerator generator = new LoadGenerator()) {
            for (Target target : targets) {
                busy(generator, target, folder);
            }
            rare(generator, folder);
        }
        System.out.println(table());
        if (targets.stream().anyMatch(Target::consumes)) {
            System.out.println(messages());
        }
        System.out.println("Logs: " + folder);
        LoadStats all = all();
        Figures figures = figures(all);
        System.out.printf("lost=%d refused=%d of %d %s%n", all.lost(), all.count(Outcome.SHED), all.ended(), figures);
        return withoutLoadline ? 0 : figures.exitCode();
    }

    private void busy(LoadGenerator generator, Target target, Path folder) throws Exception {
        for (Order order : orders()) {
            Path logs = Files.createDirectories(folder.resolve(name(target) + "-" + name(order)));
            try (Broker broker = target.startBroker(Files.createDirectories(logs.resolve("broker")));
                    Cluster cluster = new Cluster(
                            target, !withoutLoadline, broker == null ? Map.of() : broker.environment(), logs)) {
                Clients clients = Clients.busy(generator, cluster.port(), ratePerSecond, logs);
                Orders orders = broker == null ? null : Orders.start(broker);
                // So that each instance has seen its traffic: one that never did waits as long as it may.
                TimeUnit.SECONDS.sleep(3);
                List<Restart> done = restart(cluster, target, order, times(target), folder);
                LoadStats stats = clients.stop();
                add(new Series(target, order, "busy", done, stats, orders == null ? Deliveries.NONE : orders.stop()));
            }
        }
    }

    /* Also told at once: the whole takes long. */
    private void add(Series done) {
        series.add(done);
        LoadStats stats = done.stats();
        System.err.printf(
                "%s, %s, %s: lost=%d refused=%d of %d, orders %s%n",
                name(done.target()),
                done.order().title,
                done.load(),
                stats.lost(),
                stats.count(Outcome.SHED),
                stats.ended(),
                done.deliveries());
    }

    private int times(Target target) {
        if (restarts > 0) {
            return restarts;
        }
        return quick ? 2 : target.consumes() ? 10 : 20;
    }

    private List<Order> orders() {
        return fixedSleep ? List.of(Order.FIXED_SLEEP) : Order.WITHOUT_SLEEP;
    }

    /* All side by side: there is next to no load, and much waiting. */
    private void rare(LoadGenerator generator, Path folder) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Series>> running = new ArrayList<>();
            List<Target> servers =
                    targets.stream().filter(target -> !target.consumes()).toList();
            for (Target target : servers) {
                for (Order order : orders()) {
                    running.add(threads.submit(() -> rare(generator, target, order, folder)));
                }
            }
            for (Future<Series> one : running) {
                add(one.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Series rare(LoadGenerator generator, Target target, Order order, Path folder) throws Exception {
        Path logs = folder.resolve(name(target) + "-rare-" + name(order));
        try (Cluster cluster = new Cluster(target, !withoutLoadline, Map.of(), logs)) {
            Clients clients = Clients.rare(generator, cluster.port(), logs);
            // So that each instance has seen how rare requests are.
            TimeUnit.SECONDS.sleep(10);
            List<Restart> restarted = restart(cluster, target, order, quick ? 1 : 4, folder);
            return new Series(target, order, "rare", restarted, clients.stop(), Deliveries.NONE);
        }
    }

    private List<Restart> restart(Cluster cluster, Target target, Order order, int times, Path folder)
            throws Exception {
        List<Restart> done = new ArrayList<>();
        for (int i = 1; i <= times; i++) {
            Restart restart = cluster.restart(order);
            done.add(restart);
            System.err.printf(
                    "%s, %s, restart %d of %d: drained %s ms, ended %d ms after SIGTERM, ready again in %d ms%n",
                    name(target),
                    order.title,
                    i,
                    times,
                    millis(restart.doneMillis()),
                    restart.exitMillis(),
                    restart.readyMillis());
            Files.writeString(
                    folder.resolve("restarts.csv"), restart.csv(target, order) + "\n", StandardOpenOption.APPEND);
        }
        return done;
    }

    private Table table() {
        Table table = new Table(
                "target",
                "order",
                "load",
                "restarts",
                "requests",
                "lost",
                "refused",
                "broken",
                "not connected",
                "timed out",
                "wrong status",
                "drain ms",
                "longest",
                "bar",
                "exit ms",
                "gone ms",
                "ready ms",
                "p50 ms",
                "p99 ms");
        for (Series one : series) {
            LoadStats stats = one.stats();
            table.row(
                    name(one.target()),
                    one.order().title,
                    one.load(),
                    one.restarts().size(),
                    stats.ended(),
                    stats.lost(),
                    stats.count(Outcome.SHED),
                    stats.count(Outcome.BROKEN),
                    stats.count(Outcome.CONNECT_FAILED),
                    stats.count(Outcome.TIMEOUT),
                    stats.count(Outcome.WRONG_STATUS),
                    millis(one.median(Restart::doneMillis)),
                    millis(one.longest(Restart::doneMillis)),
                    isTimed(one) && !one.target().isStock() ? one.barMillis() : "-",
                    one.median(Restart::exitMillis),
                    one.longestGoneMillis(),
                    one.median(Restart::readyMillis),
                    stats.latencyMillis(50),
                    stats.latencyMillis(99));
        }
        return table;
    }

    private Table messages() {
        Table table = new Table("target", "order", "restarts", "orders", "lost", "redelivered", "twice", "unexplained");
        for (Series one : series) {
            if (one.target().consumes()) {
                Deliveries deliveries = one.deliveries();
                table.row(
                        name(one.target()),
                        one.order().title,
                        one.restarts().size(),
                        deliveries.placed(),
                        deliveries.lost(),
                        deliveries.redelivered(),
                        deliveries.twice(),
                        deliveries.unexplained());
            }
        }
        return table;
    }

    /** What the bars are about: all but what is only shown beside it. */
    private List<Series> held() {
        return withoutLoadline
                ? series
                : series.stream().filter(one -> !one.target().isStock()).toList();
    }

    private LoadStats all() {
        return held().stream().map(Series::stats).reduce(new LoadStats(), LoadStats::plus);
    }

    private Figures figures(LoadStats all) {
        Map<Target, Long> lost = new LinkedHashMap<>();
        Figures figures = new Figures();
        int count = 0;
        boolean allDrained = true;
        boolean allInTime = true;
        boolean allInHalfTheSleep = true;
        boolean allTerminated = true;
        series.forEach(one -> lost.merge(one.target(), one.stats().lost(), Long::sum));
        for (Series one : held()) {
            count += one.restarts().size();
            allDrained &= one.allDrained();
            allTerminated &= one.restarts().stream().allMatch(restart -> restart.exitCode() == TERMINATED);
            if (isTimed(one)) {
                long longest = one.longest(Restart::doneMillis);
                allInTime &= longest <= one.barMillis();
                allInHalfTheSleep &= one.longestGoneMillis() <= Order.SLEEP_MILLIS / 2;
                figures.put(name(one.target()) + "_" + name(one.order()) + "_drain_max_ms", longest);
            }
        }
        lost.forEach((target, requests) -> figures.put(name(target) + "_lost", requests));
        Deliveries deliveries = series.stream().map(Series::deliveries).reduce(Deliveries.NONE, Deliveries::plus);
        figures.put("orders", deliveries.placed())
                .put("orders_lost", deliveries.lost())
                .put("orders_redelivered", deliveries.redelivered())
                .put("orders_twice", deliveries.twice())
                .put("restarts", count)
                .put("loadline", !withoutLoadline);
        if (withoutLoadline) {
            return figures;
        }
        boolean whole = !quick && restarts == 0 && targets.equals(Target.USUAL);
        figures.bar("lost_bar", all.lost() == 0)
                .bar("refused_bar", all.count(Outcome.SHED) == 0)
                .bar("drain_time_bar", allDrained && allInTime)
                .bar("orders_bar", deliveries.lost() == 0 && deliveries.unexplained() == 0)
                .bar("half_sleep_bar", allInHalfTheSleep)
                .bar("exit_code_bar", allTerminated);
        return whole ? figures.bar("requests_bar", all.ended() >= ENOUGH_REQUESTS) : figures;
    }

    /* Clients that pause for seconds keep a drain waiting for as long as it may. */
    private static boolean isTimed(Series series) {
        return series.load().equals("busy");
    }

    private static String millis(long millis) {
        return millis < 0 ? "-" : String.valueOf(millis);
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
