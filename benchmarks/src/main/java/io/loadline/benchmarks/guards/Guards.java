/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Workspace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
    private Map<String, Part> parts() {
        Map<String, Part> named = new LinkedHashMap<>();
        Map<String, Part> all = new LinkedHashMap<>();
        add(all, named, "quota", quota, new QuotaPart());
        add(all, named, "dependency", dependency, new DependencyPart());
        add(all, named, "chain", chain, new ChainPart());
        add(all, named, "live", live, new LivePart());
        add(all, named, "storm", storm, new StormPart());
        add(all, named, "consumers", consumers, new ConsumersPart());
        return named.isEmpty() ? all : named;
    }

    private static void add(Map<String, Part> all, Map<String, Part> named, String name, boolean isNamed, Part part) {
        all.put(name, part);
        if (isNamed) {
            named.put(name, part);
        }
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Workspace.newResults("guards");
        Figures figures = new Figures();
        for (Map.Entry<String, Part> part : parts().entrySet()) {
            part.getValue().run(quick, Files.createDirectories(folder.resolve(part.getKey())), figures);
        }
        System.out.println("Logs: " + folder);
        System.out.println(figures);
        return figures.exitCode();
    }
}
