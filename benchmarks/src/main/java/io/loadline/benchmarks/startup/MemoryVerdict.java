/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.MemoryGroup;
import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.memory.MemoryStability;
import io.loadline.memory.MemoryState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is said of the memory of scripted JVMs, and of a real one. Not thread-safe. */
final class MemoryVerdict {
    private static final int SEEDS = 20;
    private static final double ADVICE_BAR = 0.1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration LONGEST = MemoryStability.SHORTEST_WINDOW.multipliedBy(4);
    private static final double MIB = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final boolean quick;
    private final Path folder;
    private final Figures figures = new Figures();

    MemoryVerdict(boolean quick, Path folder) {
        this.quick = quick;
        this.folder = folder;
    }

    Figures run() throws IOException, InterruptedException {
        scripted();
        if (quick) {
            System.out.println("The real process takes two windows of three minutes: without --quick.");
            return figures.put("real_time", "not_run");
        }
        real();
        return figures;
    }

    private void scripted() {
        Table table = new Table("scripted JVM", "expected in the end", "right", "states of the first seed");
        boolean all = true;
        for (ScriptedJvm jvm : ScriptedJvm.values()) {
            int right = 0;
            for (int seed = 1; seed <= SEEDS; seed++) {
                right += isRight(jvm, jvm.states(seed)) ? 1 : 0;
            }
            all &= right == SEEDS;
            String states = jvm.states(1).stream().map(String::valueOf).collect(Collectors.joining(", "));
            table.row(jvm, jvm.expected, right + " of " + SEEDS, states);
            figures.put(jvm.name().toLowerCase(Locale.ROOT) + "_right", right);
        }
        System.out.println(table);
        figures.bar("states_bar", all);
    }

    /* Whoever leaks nothing is never suspected of it, not even for a while. */
    private static boolean isRight(ScriptedJvm jvm, List<MemoryState> states) {
        return states.get(states.size() - 1) == jvm.expected
                && (jvm.expected == MemoryState.LEAK_SUSPECT || !states.contains(MemoryState.LEAK_SUSPECT));
    }

    private void real() throws IOException, InterruptedException {
        boolean grouped = FleetBenchmark.isGrouped();
        try (@Nullable MemoryGroup group = grouped ? MemoryGroup.create(OptionalLong.of(512L << 20)) : null;
                ServiceProcess service = ServiceProcess.builder(Sample.PLAIN_JAVA.jar(), folder.resolve("steady.log"))
                        .jvmArguments(FleetPlan.JVM)
                        .env("MALLOC_ARENA_MAX", "2")
                        .env("MEMORY_WINDOW_SECONDS", String.valueOf(MemoryStability.SHORTEST_WINDOW.toSeconds()))
                        .memoryGroup(group)
                        .start()) {
            service.awaitReady(PATIENCE);
            List<Long> used = new ArrayList<>();
            JsonNode memory = untilCalm(service, group, used);
            JsonNode advice = get(service, "/loadline/advice");
            // Of the two windows that were calm, as the advice is.
            int samples = (int) Math.min(used.size(), 2 * MemoryStability.SHORTEST_WINDOW.toSeconds());
            long[] last = used.subList(used.size() - samples, used.size()).stream()
                    .mapToLong(bytes -> bytes)
                    .sorted()
                    .toArray();
            double measured = last[(int) (0.95 * (last.length - 1))] / MIB;
            double steady = advice.path("steadyBytes").asDouble() / MIB;
            double request = advice.path("requestBytes").asDouble() / MIB;
            String state = memory.path("state").asString("?");
            System.out.println(new Table("a real process", "")
                    .row("state", state)
                    .row("because", memory.path("reason").asString("?"))
                    .row(grouped ? "working set of its cgroup, MiB, p95" : "anonymous memory, MiB, p95", measured)
                    .row("steady use in the advice, MiB", steady)
                    .row("request in the advice, MiB", request));
            figures.put("real_state", state)
                    .put("measured_mib", measured)
                    .put("advised_steady_mib", steady)
                    .put("advised_request_mib", request)
                    .put("steady_ratio", steady / measured)
                    .bar("real_state_bar", state.equals(MemoryState.STABLE.name()))
                    .bar("advice_bar", Math.abs(steady / measured - 1) <= ADVICE_BAR);
        }
    }

    /* A few requests a second, so that there is load to be seen, and a look at its memory once a second. */
    private JsonNode untilCalm(ServiceProcess service, @Nullable MemoryGroup group, List<Long> used)
            throws InterruptedException {
        System.err.println(
                "A real process, until its memory is called stable, at most " + LONGEST.toMinutes() + " minutes ...");
        long startNanos = System.nanoTime();
        for (int tick = 0; ; tick++) {
            Probe.get(service.port(), "/orders/" + (1 + tick % 5), PROBE_TIMEOUT);
            if (tick % 5 == 0) {
                used.add(group != null ? group.workingSetBytes() : service.anonymousBytes());
                JsonNode memory = get(service, "/loadline/memory");
                boolean calm = memory.path("state").asString("").endsWith(MemoryState.STABLE.name());
                if (calm || System.nanoTime() - startNanos > LONGEST.toNanos()) {
                    return memory;
                }
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static JsonNode get(ServiceProcess service, String path) {
        Probe.Answer answer = Probe.get(service.port(), path, PROBE_TIMEOUT);
        if (answer == null || answer.status() != 200) {
            throw new IllegalStateException(path + " was not answered, see " + service.log());
        }
        return JSON.readTree(answer.body());
    }
}
