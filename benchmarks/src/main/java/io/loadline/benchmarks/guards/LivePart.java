/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Arrivals;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.HangingService;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.commons.statistics.descriptive.Median;

/**
 * Every setting that can change while a service runs does, under load, by a ConfigMap and by hand in turn. Not
 * thread-safe.
 */
final class LivePart implements Part {
    static final String BARS =
            "- 200 changes in a minute, of every setting that can change, by swapping a ConfigMap and by hand in turn,"
                    + " all hold,%n  no request is lost or refused, no reading of the settings shows a part of a change,"
                    + " and a swap holds%n  within 2 s.%n";

    private static final double SWAP_BAR = 2;
    private static final double CHANGES_PER_MINUTE_BAR = 200;

    /* A bit less than 300 ms: the minute also has to hold the wait for what was changed last. */
    private static final Duration SLOT = Duration.ofMillis(285);
    private static final int CHANGES_OF_A_ROUND = 4;
    private static final long PATIENCE_MILLIS = 10_000;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY_REQUESTS = 429;

    private static final Map<String, Double> LOAD = Map.of(
            "/work?ms=10", 150.0,
            "/orders/7/stock", 60.0,
            "/orders/7", 40.0);

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        System.err.println("Settings change under load ...");
        ConfigMount mount = new ConfigMount(folder.resolve("config"));
        String secret = UUID.randomUUID().toString();
        Path token = Files.writeString(folder.resolve("token"), secret);
        try (HangingService inventory = new HangingService();
                LoadGenerator generator = new LoadGenerator();
                ServiceProcess process = service(inventory, mount, token, folder)) {
            process.awaitReady(Duration.ofSeconds(90));
            LiveClient client = new LiveClient(process.port(), secret);
            List<LoadRun> load = new ArrayList<>();
            for (Map.Entry<String, Double> each : new TreeMap<>(LOAD).entrySet()) {
                Path log = folder.resolve("requests-" + load.size() + ".csv");
                load.add(generator.start(plan(process, each.getKey(), each.getValue(), log)));
            }
            TimeUnit.SECONDS.sleep(quick ? 8 : 15);
            LiveObserver observer = LiveObserver.start(client, folder.resolve("mixed.log"));
            Changes changes = new Changes(mount, client, observer);
            try (observer) {
                changes.make(quick ? 60 : 200);
            }
            LoadStats sum = new LoadStats();
            for (LoadRun each : load) {
                sum = sum.plus(each.stop());
            }
            long version =
                    LiveObserver.read(client).version() - observer.first().version();
            boolean locked = client.change(LiveKnobs.byHand(0), false) == UNAUTHORIZED;
            List<Double> effects = effects(quick ? 3 : 5, mount, client);
            tell(changes, observer, sum, version, locked, effects, figures);
        }
    }

    private static ServiceProcess service(HangingService inventory, ConfigMount mount, Path token, Path folder)
            throws IOException {
        Path addon = Workspace.root().resolve("benchmarks/target/loadline-benchmarks-addon.jar");
        List<String> arguments = new ArrayList<>(List.of(
                "--management.endpoint.loadline.access=unrestricted",
                "--benchmark.token-file=" + token.toAbsolutePath(),
                "--loadline.settings.watch=" + mount.directory().toAbsolutePath()));
        LiveKnobs.START.forEach((key, value) -> arguments.add("--" + key + '=' + value));
        return Sample.SPRING_BOOT
                .service(true, folder.resolve("service.log"))
                .mainClass("org.springframework.boot.loader.launch.PropertiesLauncher")
                .jvmArguments(
                        List.of("-Xms512m", "-Xmx512m", "-Dloader.path=" + addon, "--enable-native-access=ALL-UNNAMED"))
                .env("SPRING_MAIN_SOURCES", "io.loadline.benchmarks.addon.TokenConfiguration")
                .env("SPRING_PROFILES_ACTIVE", "inventory")
                .env("INVENTORY_HOST", inventory.host())
                .arguments(arguments)
                .start();
    }

    /* Clients are patient: what is slow on a busy machine is not lost. */
    private static LoadPlan plan(ServiceProcess process, String path, double perSecond, Path log) {
        return LoadPlan.builder(process.port(), path)
                .ratePerSecond(perSecond)
                .arrivals(Arrivals.POISSON)
                .timeout(Duration.ofSeconds(10))
                .log(log)
                .build();
    }

    /** Seconds from swaps that give each client one request a second, or take that back, until requests tell. */
    private static List<Double> effects(int times, ConfigMount mount, LiveClient client)
            throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long tightened = mount.swap(Map.of("loadline.guard.quota.limit", "1"), false);
            seconds.add(secondsUntil(TOO_MANY_REQUESTS, tightened, client));
            long loosened = mount.swap(Map.of(), false);
            seconds.add(secondsUntil(OK, loosened, client));
        }
        return seconds;
    }

    private static double secondsUntil(int status, long sinceNanos, LiveClient client)
            throws IOException, InterruptedException {
        // One of those that are let through within each second is no sign of anything.
        int inARow = 0;
        while (inARow < 3) {
            double seconds = (System.nanoTime() - sinceNanos) / 1e9;
            if (seconds > PATIENCE_MILLIS / 1e3) {
                return Double.POSITIVE_INFINITY;
            }
            inARow = client.get("/work?ms=0").statusCode() == status ? inARow + 1 : 0;
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    private static void tell(
            Changes changes,
            LiveObserver observer,
            LoadStats load,
            long versions,
            boolean locked,
            List<Double> effects,
            Figures figures) {
        Set<String> untouched = new HashSet<>(observer.first().values().keySet());
        untouched.removeAll(changes.keys);
        long lost = load.count(Outcome.TIMEOUT) + load.count(Outcome.CONNECT_FAILED) + load.count(Outcome.BROKEN);
        long unexpected = load.count(Outcome.SHED) + load.count(Outcome.WRONG_STATUS);
        double perMinute = changes.made * 60 / changes.seconds;
        double slowest = max(changes.swapSeconds);
        double median = Median.withDefaults()
                .evaluate(changes.swapSeconds.stream().mapToDouble(each -> each).toArray());
        Table table = new Table("settings that change under load", "")
                .row("changes", changes.made)
                .row("of them refused", changes.refused)
                .row("versions of the settings", versions)
                .row("changes a minute", perMinute)
                .row("settings there are", observer.first().values().size())
                .row("never changed", untouched.isEmpty() ? "none" : untouched)
                .row("ConfigMap swapped, s until it held, median", seconds(median))
                .row("the slowest", seconds(slowest))
                .row("until requests told, the slowest", seconds(max(effects)))
                .row("readings of the settings", observer.readings())
                .row("with a part of a change", observer.mixed())
                .row("requests", load.ended())
                .row("lost", lost)
                .row("refused, or answered otherwise", unexpected)
                .row("p99 ms", load.latencyMillis(99));
        System.out.println(table);
        figures.put("live_changes", changes.made)
                .put("live_per_minute", perMinute)
                .put("live_swap_median_s", median)
                .put("live_swap_max_s", slowest)
                .put("live_effect_max_s", max(effects))
                .put("live_settings", observer.first().values().size())
                .put("live_readings", observer.readings())
                .put("live_requests", load.ended())
                .put("live_p99_ms", load.latencyMillis(99))
                .bar("live_applied_bar", changes.refused == 0 && versions == changes.made)
                .bar("live_minute_bar", perMinute >= CHANGES_PER_MINUTE_BAR)
                .bar("live_knobs_bar", untouched.isEmpty())
                .bar("live_swap_bar", slowest <= SWAP_BAR && max(effects) <= SWAP_BAR)
                .bar("live_lost_bar", lost == 0 && load.ended() == load.offered())
                .bar("live_expected_bar", unexpected == 0)
                .bar("live_mixed_bar", observer.mixed() == 0)
                .bar("live_token_bar", locked);
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static double max(List<Double> values) {
        return values.stream().mapToDouble(each -> each).max().orElse(Double.NaN);
    }

    /** Makes changes, each of them at its time: a ConfigMap's, one by hand, and both back. Not thread-safe. */
    private static final class Changes {
        private final ConfigMount mount;
        private final LiveClient client;
        private final LiveObserver observer;
        private final Set<String> keys = new HashSet<>();
        private final List<Double> swapSeconds = new ArrayList<>();
        private long swappedNanos;
        private boolean isSwapping;
        private int made;
        private int refused;
        private double seconds;

        Changes(ConfigMount mount, LiveClient client, LiveObserver observer) {
            this.mount = mount;
            this.client = client;
            this.observer = observer;
        }

        void make(int changes) throws IOException, InterruptedException {
            long begunNanos = System.nanoTime();
            for (; made < changes; made++) {
                long dueNanos = begunNanos + made * SLOT.toNanos();
                TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
                int round = made / CHANGES_OF_A_ROUND;
                boolean oneFile = round % 2 == 1;
                switch (made % CHANGES_OF_A_ROUND) {
                    case 0 -> swap(LiveKnobs.mounted(round), oneFile);
                    case 1 -> say(LiveKnobs.byHand(round), true);
                    case 2 -> swap(Map.of(), oneFile);
                    default -> say(LiveKnobs.byHand(round), false);
                }
            }
            awaitSwap();
            seconds = (System.nanoTime() - begunNanos) / 1e9;
        }

        private void swap(Map<String, String> settings, boolean oneFile) throws IOException, InterruptedException {
            awaitSwap();
            observer.willMount(settings);
            swappedNanos = mount.swap(settings, oneFile);
            isSwapping = true;
            keys.addAll(settings.keySet());
        }

        private void awaitSwap() throws InterruptedException {
            if (isSwapping) {
                long seenNanos = observer.awaitMounted(PATIENCE_MILLIS);
                swapSeconds.add(seenNanos == -1 ? Double.POSITIVE_INFINITY : (seenNanos - swappedNanos) / 1e9);
                isSwapping = false;
            }
        }

        private void say(Map<String, String> settings, boolean on) throws IOException, InterruptedException {
            Map<String, String> said = new TreeMap<>(settings);
            if (!on) {
                said.replaceAll((key, value) -> "");
            }
            observer.willSay(on ? settings : Map.of());
            refused += client.change(said, true) == OK ? 0 : 1;
            keys.addAll(settings.keySet());
        }
    }
}
