/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Part;
import io.loadline.benchmarks.harness.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * All guards around one request: their cost beside the same chain of Resilience4j's decorators, and each of both makes
 * refusing over a socket. Not thread-safe.
 */
final class ChainPart implements Part {
    static final String BARS =
            "- the chain of quota, limiter with a route's cap and guard, meters bound, takes no longer than the same chain"
                    + " of%n  Resilience4j's decorators, on one thread and on two, and allocates at most a third of it;%n"
                    + "- over a socket each guard refuses all that it should and nothing else, and so does its peer.%n";

    private static final String LOADLINE = "loadline";
    private static final String RESILIENCE4J = "resilience4j";
    private static final int[] THREADS = {1, 2};
    private static final double TIME_BAR = 1;
    private static final double ALLOCATION_BAR = 1 / 3.0;

    @Override
    public void run(boolean quick, Path folder, Figures figures) throws Exception {
        Table table = new Table(
                "one request through all guards", "ns", "ns, Resilience4j", "ratio", "B", "B of it", "ratio of B");
        for (int threads : THREADS) {
            Map<String, Jmh.Cost> costs = new Jmh(quick, quick ? 5 : 10, threads)
                    .run(ChainBenchmark.class, List.of(LOADLINE, RESILIENCE4J), folder.resolve("threads-" + threads));
            Jmh.Cost ours = Objects.requireNonNull(costs.get(LOADLINE));
            Jmh.Cost theirs = Objects.requireNonNull(costs.get(RESILIENCE4J));
            double time = ours.ratioTo(theirs);
            double allocation = ours.allocationRatioTo(theirs);
            table.row(
                    threads == 1 ? "one thread" : threads + " threads",
                    ours.median(),
                    theirs.median(),
                    String.format(Locale.ROOT, "%.2f", time),
                    ours.bytes(),
                    theirs.bytes(),
                    String.format(Locale.ROOT, "%.2f", allocation));
            String prefix = "chain_t" + threads + '_';
            figures.put(prefix + "ns", ours.median())
                    .put(prefix + "peer_ns", theirs.median())
                    .put(prefix + "ratio", time)
                    .put(prefix + "bytes", ours.bytes())
                    .put(prefix + "peer_bytes", theirs.bytes())
                    .put(prefix + "bytes_ratio", allocation)
                    .bar(prefix + "bar", time <= TIME_BAR)
                    .bar(prefix + "bytes_bar", allocation <= ALLOCATION_BAR);
        }
        System.out.println(table);
        refusals(figures);
    }

    private static void refusals(Figures figures) throws Exception {
        System.err.println("Refusing over a socket ...");
        Table table = new Table("over a socket", "by", "asked", "served", "failed", "refused", "status", "Retry-After");
        boolean ours = true;
        boolean theirs = true;
        try (GuardedServer loadline = GuardedServer.loadline();
                GuardedServer resilience4j = GuardedServer.resilience4j()) {
            for (Trial trial : Trial.values()) {
                Trial.Tally refused = trial.run(loadline);
                Trial.Tally peer = trial.run(resilience4j);
                row(table, trial, "Loadline", refused);
                row(table, trial, "Resilience4j", peer);
                ours &= refused.isRight() && refused.saysWhen();
                theirs &= peer.isRight();
                figures.put("refuse_" + trial.name().toLowerCase(Locale.ROOT), refused.refused());
            }
        }
        System.out.println(table);
        figures.bar("refuse_bar", ours).bar("refuse_peer_bar", theirs);
    }

    private static void row(Table table, Trial trial, String by, Trial.Tally tally) {
        table.row(
                trial.title,
                by,
                tally.asked(),
                tally.served(),
                tally.failed(),
                tally.refused(),
                tally.statuses(),
                tally.retryAfters());
    }
}
