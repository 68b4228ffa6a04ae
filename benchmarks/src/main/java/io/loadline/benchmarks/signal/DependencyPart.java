/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.HangingService;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadRun;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A dependency becomes thirty times as slow while the traffic stays as it is: more instances would make it slower still, so
 * the load must not rise. Not thread-safe.
 */
final class DependencyPart implements Part {
    static final String BARS =
            "- when a dependency takes 600 ms instead of 20 at constant traffic, with a guard around it and"
                    + " without, before the%n  first overload and after it, the load rises by at most 30 %% (or a tenth), and with a"
                    + " guard the bottleneck is%n  the dependency;%n";

    private static final double RISE_BAR = 1.3;
    /* A load of a twentieth may well be twice of that a moment later. */
    private static final double LEAST_RISE = 0.1;
    private static final double ASKED_BAR = 0.8;

    private static final Duration FAST = Duration.ofMillis(20);
    private static final Duration SLOW = Duration.ofMillis(600);

    /* Two calls at once. */
    private static final double NEEDING_PER_SECOND = 100;
    /* Four of the ten places. */
    private static final double UNRELATED_PER_SECOND = 200;
    private static final double OVERLOAD_PER_SECOND = 1_500;

    /* Slowed down before the service was ever overloaded, when its capacity is not known, or after. */
    private enum Case {
        GUARDED(true, true),
        UNGUARDED_FRESH(false, false),
        UNGUARDED(false, true),
        GUARDED_FRESH(true, false);

        private final boolean guarded;
        private final boolean overloadedBefore;

        Case(boolean guarded, boolean overloadedBefore) {
            this.guarded = guarded;
            this.overloadedBefore = overloadedBefore;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Table table = new Table(
            "dependency",
            "overloaded before",
            "load before",
            "highest meanwhile",
            "by %",
            "afterwards",
            "capacity before",
            "meanwhile",
            "answered/s before",
            "meanwhile",
            "bottleneck");

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        List<Case> cases = List.of(Case.values());
        try (LoadGenerator generator = new LoadGenerator()) {
            for (Case each : quick ? cases.subList(0, 2) : cases) {
                System.err.printf("A slow dependency, %s ...%n", each);
                measure(each, generator, quick, folder, figures);
            }
        }
        System.out.println(table);
    }

    private void measure(Case each, LoadGenerator generator, boolean quick, Path folder, Figures figures)
            throws Exception {
        try (HangingService inventory = new HangingService();
                ServiceProcess process = service(each, inventory, folder);
                Watch watch = new Watch(process.port(), folder.resolve(each + ".csv"))) {
            inventory.answerAfter(FAST);
            process.awaitReady(Duration.ofSeconds(90));
            LoadRun unrelated = generator.start(plan(process, "/pool", UNRELATED_PER_SECOND));
            LoadRun needing = generator.start(plan(process, "/orders/7/stock", NEEDING_PER_SECOND));
            watch.follow("warm-up", Duration.ofSeconds(15), unrelated, needing);
            if (each.overloadedBefore) {
                unrelated.ratePerSecond(OVERLOAD_PER_SECOND);
                watch.follow("overload", Duration.ofSeconds(12), unrelated, needing);
                unrelated.ratePerSecond(UNRELATED_PER_SECOND);
                watch.follow("calming", Duration.ofSeconds(20), unrelated, needing);
            }
            long asked = inventory.asked();
            List<Watch.Sample> before = watch.follow("before", Duration.ofSeconds(10), unrelated, needing);
            double askedShare = (inventory.asked() - asked) / (10 * NEEDING_PER_SECOND);
            inventory.answerAfter(SLOW);
            List<Watch.Sample> slow = watch.follow("slow", Duration.ofSeconds(quick ? 30 : 120), unrelated, needing);
            inventory.answerAfter(FAST);
            List<Watch.Sample> after = watch.follow("after", Duration.ofSeconds(quick ? 20 : 30), unrelated, needing);
            unrelated.stop();
            needing.stop();
            evaluate(each, askedShare, before, slow, after, figures);
        }
    }

    private static ServiceProcess service(Case each, HangingService inventory, Path folder) throws IOException {
        ServiceProcess.Builder builder = Sample.SPRING_BOOT
                .service(true, folder.resolve(each + ".log"))
                .env("SPRING_PROFILES_ACTIVE", "inventory")
                .env("INVENTORY_HOST", inventory.host())
                .jvmArguments(List.of("-Xms512m", "-Xmx512m"));
        if (!each.guarded) {
            builder.env("LOADLINE_GUARD_DEPENDENCIES_INVENTORY_HOSTS", "another.example");
        }
        return builder.start();
    }

    private static LoadPlan plan(ServiceProcess process, String path, double perSecond) {
        return LoadPlan.builder(process.port(), path)
                .ratePerSecond(perSecond)
                .timeout(Duration.ofSeconds(2))
                .build();
    }

    private void evaluate(
            Case each,
            double askedShare,
            List<Watch.Sample> before,
            List<Watch.Sample> slow,
            List<Watch.Sample> after,
            Figures figures) {
        double usual = Watch.meanLoad(before);
        double highest = slow.stream()
                .mapToDouble(Watch.Sample::load)
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
        String bottleneck = Watch.bottleneck(Watch.after(slow, Duration.ofSeconds(5)));
        table.row(
                each.guarded ? "guarded" : "not guarded",
                each.overloadedBefore ? "yes" : "no",
                fraction(usual),
                fraction(highest),
                100 * (highest / usual - 1),
                fraction(after.get(after.size() - 1).load()),
                fraction(before.get(before.size() - 1).capacity()),
                fraction(slow.get(slow.size() - 1).capacity()),
                Watch.answeredPerSecond(before),
                Watch.answeredPerSecond(slow),
                bottleneck);
        String prefix = "dependency_" + each + "_";
        figures.put(prefix + "load_before", usual)
                .put(prefix + "load_highest", highest)
                .put(prefix + "asked", askedShare)
                // Or there would be nothing that could become slow.
                .bar(prefix + "asked_bar", askedShare >= ASKED_BAR)
                .bar(prefix + "bar", highest <= Math.max(RISE_BAR * usual, usual + LEAST_RISE));
        if (each.guarded) {
            figures.put(prefix + "bottleneck", bottleneck)
                    .bar(prefix + "bottleneck_bar", bottleneck.equals("dependency:inventory"));
        }
    }

    private static String fraction(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
