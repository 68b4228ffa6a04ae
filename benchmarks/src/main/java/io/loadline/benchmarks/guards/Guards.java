/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Parts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the guards cost and what they hold off. Not thread-safe. */
@Command(
        name = "benchmarks/guards",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description =
                "Measures the guards, all parts unless some are named.%n%n" + "Exits 0 only if:%n" + QuotaPart.BARS
                        + DependencyPart.BARS + ChainPart.BARS + LivePart.BARS + StormPart.BARS + ConsumersPart.BARS)
public final class Guards implements Callable<Integer> {
    @Option(names = "--quick", description = "Fewer and shorter rounds.")
    private boolean quick;

    @Option(names = "--quota", description = "Quotas: the cost of a decision, and ten million clients.")
    private boolean quota;

    @Option(names = "--dependency", description = "A dependency that hangs, and heals.")
    private boolean dependency;

    @Option(names = "--chain", description = "All guards around one request: their cost, and each of them refusing.")
    private boolean chain;

    @Option(names = "--live", description = "Every setting that can change does, under load.")
    private boolean live;

    @Option(names = "--storm", description = "Clients, and a service, that repeat what fails.")
    private boolean storm;

    @Option(names = "--consumers", description = "A backlog of messages of RabbitMQ and Kafka, behind the gate.")
    private boolean consumers;

    public static void main(String[] args) {
        Commands.run(new Guards(), args);
    }

    /* A further part is an option, a line here and its bars above. */
    @Override
    public Integer call() throws Exception {
        return new Parts()
                .add("quota", quota, new QuotaPart())
                .add("dependency", dependency, new DependencyPart())
                .add("chain", chain, new ChainPart())
                .add("live", live, new LivePart())
                .add("storm", storm, new StormPart())
                .add("consumers", consumers, new ConsumersPart())
                .run("guards", quick);
    }
}
