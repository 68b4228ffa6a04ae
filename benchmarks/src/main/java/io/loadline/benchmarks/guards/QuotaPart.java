/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.ToolProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Quotas: the cost of a decision beside that of the engine alone, and a flood of clients. Not thread-safe. */
final class QuotaPart implements Part {
    static final String BARS =
            "- a quota's decision about a client it knows takes at most 2 times a bare acquirePermission"
                    + " of Resilience4j, and allocates nothing beside it; refusing takes no longer than admitting;%n"
                    + "- in a flood of ten million clients, in a JVM with 64 MB, clients that were there before keep 99 %% of what"
                    + " they ask for within their quota, strangers get what newcomers have, and the clients take no more memory"
                    + " than is stated.%n";

    private static final List<String> METHODS =
            List.of("bare", "hit", "refused", "bareOfMany", "registryOfMany", "hitOfMany");
    private static final double HIT_BAR = 2;
    /* An object is 16 bytes at least. */
    private static final double NOTHING_BYTES = 1;
    private static final double HONEST_BAR = 0.99;
    private static final int HEAP_MB = 64;

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        Map<String, Jmh.Cost> costs = new Jmh(quick).run(QuotaBenchmark.class, METHODS, folder);
        Jmh.Cost bare = cost(costs, "bare");
        Jmh.Cost hit = cost(costs, "hit");
        Table table = new Table("one decision", "ns/op", "of bare", "B/op");
        costs.forEach((method, cost) ->
                table.row(method, cost.median(), String.format(Locale.ROOT, "%.2f", cost.ratioTo(bare)), cost.bytes()));
        System.out.println(table);
        costs.forEach((method, cost) ->
                figures.put("quota_" + method + "_ns", cost.median()).put("quota_" + method + "_bytes", cost.bytes()));
        double ratio = hit.ratioTo(bare);
        double ratioOfMany = cost(costs, "hitOfMany").ratioTo(cost(costs, "bareOfMany"));
        double beside = hit.bytes() - bare.bytes();
        figures.put("quota_hit_ratio", ratio)
                .bar("quota_hit_bar", ratio <= HIT_BAR)
                .put("quota_hit_of_many_ratio", ratioOfMany)
                .bar("quota_no_allocation_bar", beside < NOTHING_BYTES)
                .bar("quota_refused_bar", cost(costs, "refused").ratioTo(hit) <= 1);
        flood(folder, figures);
    }

    private static Jmh.Cost cost(Map<String, Jmh.Cost> costs, String method) {
        return Objects.requireNonNull(costs.get(method), method);
    }

    private static void flood(Path folder, Figures figures) throws IOException, InterruptedException {
        System.err.println("A flood of clients ...");
        Path log = folder.resolve("flood.log");
        try (ToolProcess process = ToolProcess.start(
                log,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx" + HEAP_MB + "m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        QuotaFlood.class.getName()))) {
            int exit = process.awaitExit();
            if (exit != 0) {
                throw new IllegalStateException("the flood ended with " + exit + ", see " + log);
            }
        }
        Map<String, String> told = new TreeMap<>();
        for (String pair : Files.readString(log).strip().split("\\s+")) {
            String[] keyAndValue = pair.split("=", 2);
            told.put(keyAndValue[0], keyAndValue[1]);
        }
        double honest = Double.parseDouble(told.getOrDefault("honest_share", "NaN"));
        double strangers = Double.parseDouble(told.getOrDefault("strangers_admitted", "NaN"));
        double bound = Double.parseDouble(told.getOrDefault("strangers_bound", "NaN"));
        double client = Double.parseDouble(told.getOrDefault("client_bytes", "NaN"));
        Table table = new Table("a flood of clients in " + HEAP_MB + " MB", "");
        told.forEach(table::row);
        System.out.println(table);
        told.forEach((key, value) -> figures.put("quota_flood_" + key, value));
        figures.bar("quota_flood_honest_bar", honest >= HONEST_BAR)
                .bar("quota_flood_strangers_bar", strangers <= bound)
                .bar("quota_flood_evicted_bar", "0".equals(told.get("honest_evicted")))
                .bar("quota_flood_client_bytes_bar", client <= QuotaFlood.CLIENT_BYTES);
    }
}
