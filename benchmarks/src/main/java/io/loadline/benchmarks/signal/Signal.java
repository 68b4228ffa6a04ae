/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.Commands;
import io.loadline.benchmarks.harness.Parts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether the load that is published is true, in overload, with a slow dependency, throttled, and absent when it must be. */
@Command(
        name = "benchmarks/signal",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Holds the published load against what an independent generator sends, all parts unless some are"
                + " named.%n%nExits 0 only if:%n" + StepsPart.BARS + FleetPart.BARS + DependencyPart.BARS
                + ThrottlePart.BARS + TransitionsPart.BARS)
public final class Signal implements Callable<Integer> {
    @Option(names = "--quick", description = "Fewer and shorter rounds.")
    private boolean quick;

    @Option(names = "--steps", description = "0.5, 3, 1 and 0.5 times the capacity, of a pool and of a CPU.")
    private boolean steps;

    @Option(names = "--fleet", description = "Three instances behind a balancer that refuse more or less.")
    private boolean fleet;

    @Option(names = "--dependency", description = "A dependency that takes 600 ms instead of 20.")
    private boolean dependency;

    @Option(names = "--throttle", description = "A CPU quota that is halved.")
    private boolean throttle;

    @Option(names = "--transitions", description = "Restarts, scraped by Prometheus.")
    private boolean transitions;

    public static void main(String[] args) {
        Commands.run(new Signal(), args);
    }

    @Override
    public Integer call() throws Exception {
        return new Parts()
                .add("steps", steps, new StepsPart())
                .add("fleet", fleet, new FleetPart())
                .add("dependency", dependency, new DependencyPart())
                .add("throttle", throttle, new ThrottlePart())
                .add("transitions", transitions, new TransitionsPart())
                .run("signal", quick);
    }
}
