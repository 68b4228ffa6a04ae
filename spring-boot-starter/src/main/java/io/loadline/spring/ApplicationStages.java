/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.startup.Deferred;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.FailurePolicy.Last;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageTier;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import io.loadline.startup.WarmUp;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.Environment;

/** Makes a plan of the application's stages, once all its beans are there. Thread-safe. */
final class ApplicationStages implements SmartInitializingSingleton {
    /*
     * Not earlier: methods are found as their beans are made, and a bean that is or has a stage may well need a part of
     * Loadline, which therefore must not need the stages.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationStages.class);
    static final String WARM_UP = "warm-up";

    private final Startup startup;
    private final LoadlineProperties.Startup settings;
    private final DeferredStartupMethods methods;
    private final Environment environment;
    private final ObjectProvider<StartupStage> stages;
    private final ObjectProvider<Deferred<?>> values;
    private final ObjectProvider<WarmUp> warmUp;
    private final ObjectProvider<StartupBuilderCustomizer> customizers;

    ApplicationStages(
            Startup startup,
            LoadlineProperties.Startup settings,
            DeferredStartupMethods methods,
            Environment environment,
            ObjectProvider<StartupStage> stages,
            ObjectProvider<Deferred<?>> values,
            ObjectProvider<WarmUp> warmUp,
            ObjectProvider<StartupBuilderCustomizer> customizers) {
        this.startup = startup;
        this.settings = settings;
        this.methods = methods;
        this.environment = environment;
        this.stages = stages;
        this.values = values;
        this.warmUp = warmUp;
        this.customizers = customizers;
    }

    @Override
    public void afterSingletonsInstantiated() {
        // What a Loadline of the application's own has stays, unless a setting says otherwise.
        StartupPlan own = startup.plan();
        StartupPlan.Builder builder = own.toBuilder();
        LoadlineFactory.configure(builder, settings);
        List<StartupStage> added =
                Stream.concat(stages.orderedStream(), methods.take().stream()).toList();
        List<StartupStage> all =
                Stream.concat(own.stages().stream(), added.stream()).toList();
        StageTier readyAfter = settings.readyAfter() == null ? own.readyAfter() : settings.readyAfter();
        try {
            added.forEach(builder::stage);
            values.orderedStream()
                    .filter(value -> value.when() != Deferred.When.FIRST_USE)
                    .forEach(builder::deferred);
            warmUp.ifAvailable(calls -> builder.stage(warmUpStage(calls, readyAfter, all)));
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            startup.plan(builder.build());
        } catch (IllegalArgumentException e) {
            throw InvalidStageException.ofAll(e);
        }
    }

    /** The last that readiness waits for: its calls need what the others make. */
    private StartupStage warmUpStage(WarmUp calls, StageTier tier, List<StartupStage> all) {
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

    private void warmUp(WarmUp calls, StageContext stage) throws InterruptedException {
        String port = environment.getProperty("local.server.port");
        if (port == null) {
            LOG.warn("There is no web server to be warmed up");
            return;
        }
        boolean tls = environment.getProperty("server.ssl.enabled", Boolean.class, true)
                && (environment.containsProperty("server.ssl.bundle")
                        || environment.containsProperty("server.ssl.key-store")
                        || environment.containsProperty("server.ssl.certificate"));
        if (tls) {
            LOG.warn("The web server is not warmed up: calls over TLS are not supported");
            return;
        }
        Object unused = calls.run(URI.create("http://" + host() + ":" + port), stage);
    }

    /** Loopback, unless the server listens on one address only. */
    private String host() {
        String address = environment.getProperty("server.address", "");
        if (address.isBlank() || address.equals("0.0.0.0") || address.equals("::")) {
            return "localhost";
        }
        return address.contains(":") ? "[" + address + "]" : address;
    }
}
