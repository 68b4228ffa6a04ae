/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loadline.benchmarks.harness.Haproxy;
import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.Outcome;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A restart in either order behind a real balancer; {@code benchmarks/drain} does it at length. */
@Timeout(180)
class RollingRestartIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Target.class,
            names = {"PLAIN", "TOMCAT"})
    void restart_underLoadBehindHaproxy_losesAndRefusesNothing(Target target) throws Exception {
        boolean required = Boolean.parseBoolean(System.getenv("LOADLINE_REQUIRE_TOOLS"));
        assumeTrue(required || Haproxy.isInstalled(), "skipped: needs HAProxy, in Debian 'apt-get install haproxy'");
        LoadStats stats;
        try (LoadGenerator generator = new LoadGenerator();
                Cluster cluster = new Cluster(target, true, ungated(target), folder)) {
            Clients clients = Clients.busy(generator, cluster.port(), 50, folder);
            TimeUnit.SECONDS.sleep(2); // some traffic for the instances to know
            for (Order order : Order.WITHOUT_SLEEP) {
                Restart restart = cluster.restart(order);
                assertThat(restart.doneMillis()).as("the drain ended").isNotNegative();
                assertThat(restart.exitCode()).isEqualTo(143);
            }
            stats = clients.stop();
        }
        assertThat(stats.ended()).isGreaterThan(100);
        assertThat(stats.lost()).isZero();
        assertThat(stats.count(Outcome.SHED)).isZero();
    }

    /** Two that start side by side would take turns for the sake of the node's memory, which takes its time. */
    private static Map<String, String> ungated(Target target) {
        return target == Target.PLAIN
                ? Map.of("LOADLINE_STARTUP_GATE", "false")
                : Map.of("LOADLINE_STARTUP_GATE_MAXWAIT", "0s", "LOADLINE_STARTUP_SETTLE", "0s");
    }
}
