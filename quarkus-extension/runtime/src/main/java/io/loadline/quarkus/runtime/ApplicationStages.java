/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.quarkus.StartupBuilderCustomizer;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.ServiceSettings;
import io.loadline.startup.Deferred;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.FailurePolicy.Last;
import io.loadline.startup.InlineStart;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageTier;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import io.loadline.startup.WarmUp;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a plan of the application's stages. Thread-safe. */
@Singleton
public class ApplicationStages {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationStages.class);
    private static final String WARM_UP = "warm-up";

    /** Does nothing but keep the name of what is not run inline: others may come after it. */
    private static final StartupStage.Action NOTHING = context -> {};

    private final LoadlineConfig config;
    private final StageMethods methods;
    private final List<StartupStage> stages;
    private final List<Deferred<?>> values;
    private final List<StartupBuilderCustomizer> customizers;
    private final @Nullable WarmUp warmUp;

    @Inject
    ApplicationStages(
            LoadlineConfig config,
            StageMethods methods,
            @All List<StartupStage> stages,
            @All List<Deferred<?>> values,
            @All List<StartupBuilderCustomizer> customizers,
            Instance<WarmUp> warmUp) {
        this.config = config;
        this.methods = methods;
        this.stages = stages;
        this.values = values;
        this.customizers = customizers;
        this.warmUp = warmUp.isResolvable()
                ? warmUp.get()
                : config.enabled()
                        ? ServiceSettings.warmUp(config.startup().warmUp()).orElse(null)
                        : null;
    }

    /** The calls that warm the service up, which are no load; empty if there are none. */
    public Optional<WarmUp> warmUp() {
        return Optional.ofNullable(warmUp);
    }

    /** What a Loadline of the application's own has stays, unless a setting says otherwise. */
    void plan(Startup startup) {
        StartupPlan own = startup.plan();
        StartupPlan.Builder builder = own.toBuilder();
        ServiceSettings.configure(builder, config.startup());
        List<StartupStage> added = added();
        List<StartupStage> all = new ArrayList<>(own.stages());
        all.addAll(added);
        StageTier readyAfter = config.startup().readyAfter().orElse(own.readyAfter());
        startup.plan(build(builder, () -> {
            added.forEach(builder::stage);
            for (Deferred<?> value : values) {
                if (value.when() != Deferred.When.FIRST_USE) {
                    builder.deferred(value);
                }
            }
            if (warmUp != null) {
                builder.stage(warmUpStage(warmUp, readyAfter, all));
            }
        }));
    }

    /** Without Loadline: the application would serve without its data. */
    void runInline() {
        List<StartupStage> added = added();
        StartupPlan.Builder builder = StartupPlan.builder();
        StartupPlan plan = build(builder, () -> {
            added.forEach(builder::stage);
            values.stream()
                    .filter(value -> value.when() != Deferred.When.FIRST_USE)
                    .forEach(value -> builder.stage(value.name(), NOTHING));
            boolean comesAfterWarmUp =
                    added.stream().anyMatch(stage -> stage.dependsOn().contains(WARM_UP));
            if (comesAfterWarmUp
                    && added.stream().noneMatch(stage -> stage.name().equals(WARM_UP))) {
                builder.stage(WARM_UP, NOTHING);
            }
        });
        List<String> names = plan.stages().stream()
                .filter(stage -> stage.action() != NOTHING)
                .map(StartupStage::name)
                .toList();
        if (!names.isEmpty()) {
            LOG.info("Loadline is disabled: these startup stages run while the application starts: {}", names);
        }
        InlineStart.run(plan);
    }

    private List<StartupStage> added() {
        List<StartupStage> added = new ArrayList<>(stages);
        for (StageMethods.Found found : methods.found()) {
            added.add(MethodStage.of(found).stage());
        }
        return added;
    }

    private StartupPlan build(StartupPlan.Builder builder, Runnable add) {
        try {
            add.run();
            for (StartupBuilderCustomizer each : customizers) {
                each.customize(builder);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            // Without a cause Quarkus tells the message alone.
            throw new ConfigurationException("The startup stages cannot be used: " + e.getMessage());
        }
    }

    /** The last that readiness waits for: its calls need what the others make. */
    private static StartupStage warmUpStage(WarmUp calls, StageTier tier, List<StartupStage> all) {
        // One that depends on a stage that degraded would not run.
        String[] others = all.stream()
                .filter(stage ->
                        stage.tier().compareTo(tier) <= 0 && stage.onFailure().last() == Last.FAIL)
                .map(StartupStage::name)
                .toArray(String[]::new);
        return StartupStage.builder(WARM_UP, context -> warmUp(calls, context))
                .tier(tier)
                .dependsOn(others)
                .onFailure(FailurePolicy.degrade())
                .ungated()
                .build();
    }

    private static void warmUp(WarmUp calls, StageContext stage) throws InterruptedException {
        Config config = ConfigProvider.getConfig();
        boolean plain = config.getOptionalValue("quarkus.http.host-enabled", Boolean.class)
                        .orElse(true)
                && config.getOptionalValue("quarkus.http.insecure-requests", String.class)
                        .map(value -> value.equals("enabled"))
                        .orElse(true);
        if (!plain) {
            LOG.warn("The server is not warmed up: calls over TLS and domain sockets are not supported");
            return;
        }
        // Set by the server to what it has got, if it was to take any.
        String key = LaunchMode.current() == LaunchMode.TEST ? "quarkus.http.test-port" : "quarkus.http.port";
        int port = config.getValue(key, Integer.class);
        Object unused = calls.run(URI.create("http://" + host(config) + ":" + port), stage);
    }

    /** Loopback, unless the server listens on one address only. */
    private static String host(Config config) {
        String address =
                config.getOptionalValue("quarkus.http.host", String.class).orElse("");
        if (address.isBlank() || address.equals("0.0.0.0") || address.equals("::")) {
            return "localhost";
        }
        return address.contains(":") ? "[" + address + "]" : address;
    }
}
