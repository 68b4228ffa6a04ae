/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.Loadline;
import io.loadline.advice.MemoryAdvisor;
import io.loadline.config.LiveSettings;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.AdaptiveLimit;
import io.loadline.limit.AimdLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.Criticality;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimitAlgorithm;
import io.loadline.memory.MemoryMonitor;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.OrcaFormat;
import io.loadline.signal.OrcaReports;
import io.loadline.signal.Workload;
import io.loadline.spring.LoadlineProperties.Algorithm;
import io.loadline.spring.LoadlineProperties.Limit;
import io.loadline.spring.LoadlineProperties.Sending;
import io.loadline.spring.LoadlineProperties.Waiting;
import io.loadline.spring.internal.InvalidSettingException;
import io.loadline.spring.internal.RouteCriticality;
import io.loadline.startup.MemoryGate;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.WarmUp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** Gives settings to builders. Stateless. */
final class LoadlineFactory {
    /*
     * What is allowed is known by the builders of core alone: each setting is given to its builder, and the builder's
     * refusal is told with the setting's key. Only what no builder can know is checked here: settings that have no
     * effect under the algorithm that was chosen.
     */
    private static final String INITIAL = "loadline.limit.initial";
    private static final String MIN = "loadline.limit.min";
    private static final String MAX = "loadline.limit.max";
    private static final String WARM_UP_DURATION = "loadline.limit.warm-up.duration";
    private static final String WARM_UP_CALLS = "loadline.limit.warm-up.calls";
    private static final String MAX_WAIT = "loadline.limit.waiting.max-wait";
    private static final String OBJECTIVE = "loadline.slo.objective";
    private static final String HORIZON = "loadline.signal.forecast.horizon";

    private LoadlineFactory() {}

    static Loadline.Builder builder(LoadlineProperties properties, Environment environment) {
        if (!properties.enabled()) {
            // The conditions know false only; other spellings would leave half of Loadline on.
            throw new InvalidSettingException(
                    "loadline.enabled", environment.getProperty("loadline.enabled"), "it is true or false", null);
        }
        String name = properties.name();
        String applicationName = environment.getProperty("spring.application.name");
        if (name == null) {
            name = applicationName == null || applicationName.isBlank() ? "application" : applicationName;
        }
        String given = name;
        return check("loadline.name", given, () -> Loadline.builder(given));
    }

    static void configure(ConcurrencyLimiter.Builder builder, Limit limit) {
        set("loadline.limit.enforcement", limit.enforcement(), builder::enforcement);
        set("loadline.limit.max-routes", limit.maxRoutes(), builder::maxRoutes);
        set("loadline.limit.max-streams", limit.maxStreams(), builder::maxStreams);
        RouteSettingsFactory.configure(builder, limit.routes());
        set("loadline.limit.waiting.max-waiters", limit.waiting().maxWaiters(), builder::maxWaiters);
        check(limit.waiting());
        ConcurrencyLimiter.Builder unused = builder.algorithm(algorithm(limit));
    }

    static void configure(ConcurrencyLimiter.Builder builder, LoadlineProperties.Slo slo) {
        set("loadline.slo.latency", slo.latency(), builder::slo);
        if (slo.latency() == null && slo.objective() != null) {
            throw new InvalidSettingException(
                    OBJECTIVE, slo.objective(), "it has no effect unless loadline.slo.latency is set", null);
        }
    }

    static void configure(LoadSignal.Builder builder, LoadlineProperties.Slo slo, LoadlineProperties.Signal signal) {
        set(OBJECTIVE, slo.objective(), builder::objective);
        LoadlineProperties.ForecastSettings forecast = signal.forecast();
        if (forecast.enabled()) {
            LoadSignal.Builder unused = builder.forecast();
            set(HORIZON, forecast.horizon(), builder::forecast);
        } else if (forecast.horizon() != null) {
            throw new InvalidSettingException(
                    HORIZON,
                    forecast.horizon(),
                    "it has no effect unless loadline.signal.forecast.enabled is true",
                    null);
        }
        LoadlineProperties.WorkloadSettings workloads = signal.workloads();
        configure(builder, Workload.READ, workloads.read());
        configure(builder, Workload.WRITE, workloads.write());
        configure(builder, Workload.BATCH, workloads.batch());
        configure(builder, Workload.BACKGROUND, workloads.background());
    }

    private static void configure(LoadSignal.Builder builder, Workload workload, List<String> routes) {
        for (String route : routes) {
            Object unused = check(
                    "loadline.signal.workloads." + workload.tag(), route, () -> builder.workload(workload, route));
        }
    }

    static ContextHeaders contextHeaders(Limit limit) {
        ContextHeaders.Builder builder = ContextHeaders.builder();
        LoadlineProperties.RequestCriticality criticality = limit.criticality();
        set("loadline.limit.criticality.from-header", criticality.fromHeader(), builder::criticalityFromHeader);
        set("loadline.limit.criticality.header", criticality.header(), builder::criticalityHeader);
        set("loadline.limit.criticality.max-from-header", criticality.maxFromHeader(), builder::maxFromHeader);
        set("loadline.limit.criticality.cohort-header", criticality.cohortHeader(), builder::cohortHeader);
        set("loadline.limit.deadline.from-header", limit.deadline().fromHeader(), builder::deadlineFromHeader);
        set("loadline.limit.attempt.from-header", limit.attempt().fromHeader(), builder::attemptFromHeader);
        set("loadline.limit.attempt.header", limit.attempt().header(), builder::attemptHeader);
        return builder.build();
    }

    static RouteCriticality routeCriticality(LoadlineProperties.RequestCriticality settings) {
        return RouteCriticality.builder()
                .add(Criticality.CRITICAL_PLUS, settings.criticalPlus())
                .add(Criticality.CRITICAL, settings.critical())
                .add(Criticality.SHEDDABLE_PLUS, settings.sheddablePlus())
                .add(Criticality.SHEDDABLE, settings.sheddable())
                .build();
    }

    static void configure(DrainCoordinator.Builder builder, LoadlineProperties.Drain drain) {
        set("loadline.drain.deadline", drain.deadline(), builder::deadline);
        set("loadline.drain.quiet", drain.quiet(), builder::quiet);
        set("loadline.drain.settle-max", drain.settleMax(), builder::settleMax);
        set("loadline.drain.pre-stop-sleep", drain.preStopSleep(), builder::preStopSleep);
        set("loadline.drain.readiness", drain.readiness(), builder::readiness);
        set("loadline.drain.farewell", drain.farewell(), builder::farewell);
        Object unused = check(
                "loadline.drain.quiet, loadline.drain.settle-max and loadline.drain.deadline",
                Stream.of(drain.quiet(), drain.settleMax(), drain.deadline())
                        .map(LoadlineFactory::text)
                        .collect(Collectors.joining(", ")),
                builder::check);
    }

    static void configure(StartupPlan.Builder builder, LoadlineProperties.Startup startup) {
        set("loadline.startup.ready-after", startup.readyAfter(), builder::readyAfter);
        set("loadline.startup.settle", startup.settle(), builder::settle);
        set("loadline.startup.collection", startup.collection(), builder::collection);
        set("loadline.startup.history-file", startup.historyFile(), file -> builder.historyFile(Path.of(file)));
        StartupPlan.Builder unused = builder.gate(gate -> configure(gate, startup.gate()));
    }

    static void configure(OrcaReports.Builder builder, LoadlineProperties.Orca orca) {
        Sending send = orca.send() == null ? Sending.IF_ASKED : orca.send();
        OrcaFormat format = orca.format() == null ? OrcaFormat.TEXT : orca.format();
        if (orca.format() != null && send != Sending.ALWAYS) {
            throw new InvalidSettingException(
                    "loadline.orca.format",
                    format,
                    "it has no effect and must not be set unless loadline.orca.send is always",
                    null);
        }
        switch (send) {
            case IF_ASKED -> {}
            case ALWAYS -> builder.always(format);
            case NEVER -> builder.never();
        }
    }

    /** Spring Boot's environment holds the variables, and has an order of its own. */
    static void configure(LiveSettings.Builder builder, LoadlineProperties.Settings settings) {
        LiveSettings.Builder unused = builder.environment(Map.of());
        set("loadline.settings.watch", settings.watch(), directory -> builder.watch(Path.of(directory)));
    }

    static void configure(Loadline.Builder builder, LoadlineProperties.Memory memory, Environment environment) {
        // The variable is read by core, too: what a platform writes there stops nobody.
        boolean isVariable = Objects.equals(memory.request(), environment.getProperty(MemoryAdvisor.REQUEST_VARIABLE));
        String request = isVariable ? null : memory.request();
        Loadline.Builder unused = builder.memory(monitor -> configure(monitor, memory))
                .advice(advisor -> set("loadline.memory.request", request, advisor::request));
        set("loadline.memory.fatal-errors", memory.fatalErrors(), builder::fatalErrors);
    }

    private static void configure(MemoryMonitor.Builder builder, LoadlineProperties.Memory memory) {
        set("loadline.memory.interval", memory.interval(), builder::interval);
        set("loadline.memory.window", memory.window(), builder::window);
        Object unused = check(
                "loadline.memory.window and loadline.memory.interval",
                text(memory.window()) + ", " + text(memory.interval()),
                builder::check);
    }

    private static void configure(MemoryGate.Builder builder, LoadlineProperties.Gate gate) {
        set("loadline.startup.gate.max-wait", gate.maxWait(), builder::maxWait);
        set("loadline.startup.gate.max-pressure", gate.maxPressure(), builder::maxPressure);
        set("loadline.startup.gate.slot", gate.slot(), builder::slot);
        set("loadline.startup.gate.jitter", gate.jitter(), builder::jitter);
        set("loadline.startup.gate.instance", gate.instance(), builder::instance);
        set("loadline.startup.gate.lock-file", gate.lockFile(), file -> builder.lockFile(Path.of(file)));
    }

    static WarmUp warmUp(LoadlineProperties.WarmUpCalls calls) {
        WarmUp.Builder builder = WarmUp.builder();
        calls.paths().forEach(path -> set("loadline.startup.warm-up.paths", path, builder::get));
        set("loadline.startup.warm-up.time-limit", calls.timeLimit(), builder::timeLimit);
        set("loadline.startup.warm-up.max-calls", calls.maxCalls(), builder::maxCalls);
        return builder.build();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "(default)" : value.toString();
    }

    private static Supplier<? extends LimitAlgorithm> algorithm(Limit limit) {
        Algorithm algorithm = limit.algorithm() == null ? Algorithm.ADAPTIVE : limit.algorithm();
        return switch (algorithm) {
            case ADAPTIVE -> {
                AdaptiveLimit.Builder builder = AdaptiveLimit.builder();
                set(MIN, limit.min(), builder::minLimit);
                set(MAX, limit.max(), builder::maxLimit);
                set(INITIAL, limit.initial(), builder::initialLimit);
                set(WARM_UP_DURATION, limit.warmUp().duration(), builder::warmUpDuration);
                set(WARM_UP_CALLS, limit.warmUp().calls(), builder::warmUpCalls);
                yield checkBounds(limit, builder::build);
            }
            case AIMD -> {
                AimdLimit.Builder builder = AimdLimit.builder();
                set(MIN, limit.min(), builder::minLimit);
                set(MAX, limit.max(), builder::maxLimit);
                set(INITIAL, limit.initial(), builder::initialLimit);
                checkUnset(WARM_UP_DURATION, limit.warmUp().duration(), algorithm);
                checkUnset(WARM_UP_CALLS, limit.warmUp().calls(), algorithm);
                yield checkBounds(limit, builder::build);
            }
            case FIXED -> {
                Integer initial = limit.initial();
                if (initial == null) {
                    throw new InvalidSettingException(
                            INITIAL, null, "it must be set if loadline.limit.algorithm is fixed", null);
                }
                checkUnset(MIN, limit.min(), algorithm);
                checkUnset(MAX, limit.max(), algorithm);
                checkUnset(WARM_UP_DURATION, limit.warmUp().duration(), algorithm);
                checkUnset(WARM_UP_CALLS, limit.warmUp().calls(), algorithm);
                yield constant(check(INITIAL, initial, () -> FixedLimit.of(initial)));
            }
        };
    }

    private static Supplier<LimitAlgorithm> constant(LimitAlgorithm immutable) {
        return () -> immutable;
    }

    /** Builds one algorithm for trial, since bounds contradict each other only when they are taken together. */
    private static <T> Supplier<T> checkBounds(Limit limit, Supplier<T> build) {
        String key = limit.min() == null ? MAX : limit.max() == null ? MIN : MIN + " and " + MAX;
        Object value = limit.min() == null
                ? limit.max()
                : limit.max() == null ? limit.min() : limit.min() + " and " + limit.max();
        T unused = check(key, value, build);
        return build;
    }

    private static void checkUnset(String key, @Nullable Object value, Algorithm algorithm) {
        if (value != null) {
            String name = algorithm.name().toLowerCase(Locale.ROOT);
            throw new InvalidSettingException(
                    key, value, "it has no effect and must not be set if loadline.limit.algorithm is " + name, null);
        }
    }

    private static void check(Waiting waiting) {
        Duration maxWait = waiting.maxWait();
        if (maxWait != null && (maxWait.isZero() || maxWait.isNegative())) {
            throw new InvalidSettingException(MAX_WAIT, maxWait, "it must be positive: without it nobody waits", null);
        }
        if (maxWait == null && waiting.platformThreads()) {
            throw new InvalidSettingException(
                    "loadline.limit.waiting.platform-threads",
                    true,
                    "it has no effect unless " + MAX_WAIT + " is set",
                    null);
        }
    }

    static <T> void set(String key, @Nullable T value, Function<T, ?> setter) {
        if (value != null) {
            Object unused = check(key, value, () -> setter.apply(value));
        }
    }

    static <T> T check(String key, @Nullable Object value, Supplier<T> use) {
        try {
            return use.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidSettingException(key, value, String.valueOf(e.getMessage()), e);
        }
    }
}
