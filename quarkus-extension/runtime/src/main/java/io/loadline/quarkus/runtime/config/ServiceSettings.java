/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import static io.loadline.quarkus.runtime.config.Setting.anySet;
import static io.loadline.quarkus.runtime.config.Setting.check;
import static io.loadline.quarkus.runtime.config.Setting.list;
import static io.loadline.quarkus.runtime.config.Setting.reject;
import static io.loadline.quarkus.runtime.config.Setting.set;
import static io.loadline.quarkus.runtime.config.Setting.text;

import io.loadline.Loadline;
import io.loadline.config.LiveSettings;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.memory.MemoryMonitor;
import io.loadline.quarkus.runtime.config.OrcaConfig.Sending;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.OrcaFormat;
import io.loadline.signal.OrcaReports;
import io.loadline.signal.Workload;
import io.loadline.startup.MemoryGate;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.WarmUp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives the settings of what is not the limit to its builders. Stateless. */
public final class ServiceSettings {
    private ServiceSettings() {}

    /** What is promised, to the limiter. */
    public static void configure(ConcurrencyLimiter.Builder builder, SloConfig slo) {
        if (slo.latency().isPresent()) {
            set("slo.latency", slo.latency(), builder::slo);
        } else {
            reject("slo.objective", slo.objective(), "unless quarkus.loadline.slo.latency is set");
        }
    }

    /** What autoscalers are told. */
    public static void configure(LoadSignal.Builder builder, SloConfig slo, SignalConfig signal) {
        if (slo.objective().isPresent()) {
            set("slo.objective", slo.objective(), builder::objective);
        }
        SignalConfig.Forecast forecast = signal.forecast();
        if (forecast.enabled()) {
            LoadSignal.Builder unused = builder.forecast();
            set("signal.forecast.horizon", forecast.horizon(), builder::forecast);
        } else {
            reject(
                    "signal.forecast.horizon",
                    forecast.horizon(),
                    "unless quarkus.loadline.signal.forecast.enabled is true");
        }
        configure(builder, Workload.READ, signal.workloads().read());
        configure(builder, Workload.WRITE, signal.workloads().write());
        configure(builder, Workload.BATCH, signal.workloads().batch());
        configure(builder, Workload.BACKGROUND, signal.workloads().background());
    }

    private static void configure(LoadSignal.Builder builder, Workload workload, Optional<List<String>> routes) {
        for (String route : list(routes)) {
            Object unused = check("signal.workloads." + workload.tag(), route, () -> builder.workload(workload, route));
        }
    }

    /** How the service leaves. */
    public static void configure(DrainCoordinator.Builder builder, DrainConfig drain) {
        if (!anySet(drain.deadline(), drain.quiet(), drain.settleMax(), drain.preStopSleep())
                && !anySet(drain.readiness(), drain.farewell())) {
            return;
        }
        set("drain.deadline", drain.deadline(), builder::deadline);
        set("drain.quiet", drain.quiet(), builder::quiet);
        set("drain.settle-max", drain.settleMax(), builder::settleMax);
        set("drain.pre-stop-sleep", drain.preStopSleep(), builder::preStopSleep);
        set("drain.readiness", drain.readiness(), builder::readiness);
        set("drain.farewell", drain.farewell(), builder::farewell);
        Object unused = check(
                "drain.quiet and drain.settle-max and drain.deadline",
                text(drain.quiet(), drain.settleMax(), drain.deadline()),
                builder::check);
    }

    /** How the service starts. */
    public static void configure(StartupPlan.Builder builder, StartupConfig startup) {
        if (anySet(startup.readyAfter(), startup.settle(), startup.collection(), startup.historyFile())) {
            set("startup.ready-after", startup.readyAfter(), builder::readyAfter);
            set("startup.settle", startup.settle(), builder::settle);
            set("startup.collection", startup.collection(), builder::collection);
            set("startup.history-file", startup.historyFile(), file -> builder.historyFile(Path.of(file)));
        }
        StartupConfig.Gate gate = startup.gate();
        if (anySet(gate.maxWait(), gate.maxPressure(), gate.slot(), gate.jitter(), gate.instance(), gate.lockFile())) {
            StartupPlan.Builder unused = builder.gate(each -> configure(each, gate));
        }
    }

    private static void configure(MemoryGate.Builder builder, StartupConfig.Gate gate) {
        set("startup.gate.max-wait", gate.maxWait(), builder::maxWait);
        set("startup.gate.max-pressure", gate.maxPressure(), builder::maxPressure);
        set("startup.gate.slot", gate.slot(), builder::slot);
        set("startup.gate.jitter", gate.jitter(), builder::jitter);
        set("startup.gate.instance", gate.instance(), builder::instance);
        set("startup.gate.lock-file", gate.lockFile(), file -> builder.lockFile(Path.of(file)));
    }

    /** The calls that warm the service up; empty if there are none. */
    public static Optional<WarmUp> warmUp(StartupConfig.WarmUpCalls calls) {
        List<String> paths = list(calls.paths());
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        WarmUp.Builder builder = WarmUp.builder();
        paths.forEach(path -> {
            Object unused = check("startup.warm-up.paths", path, () -> builder.get(path));
        });
        set("startup.warm-up.time-limit", calls.timeLimit(), builder::timeLimit);
        set("startup.warm-up.max-calls", calls.maxCalls(), builder::maxCalls);
        return Optional.of(builder.build());
    }

    /** How memory is watched. */
    public static void configure(Loadline.Builder builder, MemoryConfig memory) {
        if (anySet(memory.interval(), memory.window())) {
            Loadline.Builder unused = builder.memory(monitor -> configure(monitor, memory));
        }
        if (memory.request().isPresent()) {
            Loadline.Builder unused =
                    builder.advice(advisor -> set("memory.request", memory.request(), advisor::request));
        }
        if (memory.fatalErrors().isPresent()) {
            set("memory.fatal-errors", memory.fatalErrors(), builder::fatalErrors);
        }
    }

    private static void configure(MemoryMonitor.Builder builder, MemoryConfig memory) {
        set("memory.interval", memory.interval(), builder::interval);
        set("memory.window", memory.window(), builder::window);
        Object unused =
                check("memory.window and memory.interval", text(memory.window(), memory.interval()), builder::check);
    }

    /** What balancers are told. */
    public static void configure(OrcaReports.Builder builder, OrcaConfig orca) {
        Sending send = orca.send().orElse(Sending.IF_ASKED);
        if (send != Sending.ALWAYS) {
            reject("orca.format", orca.format(), "and must not be set unless quarkus.loadline.orca.send is always");
        }
        switch (send) {
            case IF_ASKED -> {}
            case ALWAYS -> builder.always(orca.format().orElse(OrcaFormat.TEXT));
            case NEVER -> builder.never();
        }
    }

    /** What may change. Quarkus reads environment variables, and has an order of its own. */
    public static void configure(LiveSettings.Builder builder, SettingsConfig settings) {
        LiveSettings.Builder unused = builder.environment(Map.of());
        if (settings.watch().isPresent()) {
            set("settings.watch", settings.watch(), directory -> builder.watch(Path.of(directory)));
        }
    }
}
