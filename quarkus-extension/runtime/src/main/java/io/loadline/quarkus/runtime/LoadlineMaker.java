/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.loadline.availability.FatalErrors;
import io.loadline.guard.GuardOutcome;
import io.loadline.guard.Quota;
import io.loadline.limit.Enforcement;
import io.loadline.metrics.PoolSaturation;
import io.loadline.quarkus.DegradationBuilderCustomizer;
import io.loadline.quarkus.DrainBuilderCustomizer;
import io.loadline.quarkus.IntakeBuilderCustomizer;
import io.loadline.quarkus.LimiterBuilderCustomizer;
import io.loadline.quarkus.OrcaBuilderCustomizer;
import io.loadline.quarkus.SettingsBuilderCustomizer;
import io.loadline.quarkus.runtime.config.GuardSettings;
import io.loadline.quarkus.runtime.config.LimitSettings;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.QueueSettings;
import io.loadline.quarkus.runtime.config.ServiceSettings;
import io.loadline.quarkus.runtime.config.Setting;
import io.loadline.quarkus.runtime.http.ClientQuota;
import io.loadline.quarkus.runtime.method.KnownFailures;
import io.loadline.quarkus.runtime.queue.QueueReader;
import io.loadline.signal.LagProbe;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.Saturation;
import io.micrometer.observation.ObservationRegistry;
import io.quarkus.arc.All;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** Makes the service's one {@link Loadline} of settings and of what the application defines itself. Thread-safe. */
@Singleton
public class LoadlineMaker {
    private final List<LimiterBuilderCustomizer> limiters;
    private final List<DrainBuilderCustomizer> drains;
    private final List<DegradationBuilderCustomizer> degradations;
    private final List<IntakeBuilderCustomizer> intakes;
    private final List<OrcaBuilderCustomizer> reports;
    private final List<SettingsBuilderCustomizer> settings;
    private final List<Saturation> saturations;
    private final List<QueueReader> queueReaders;
    private final List<Quota> quotas;
    private final List<KnownFailures> failures;
    private final ClientQuota clients;
    private final Instance<ObservationRegistry> observations;
    private final ApplicationMeters meters;
    private final Vertx vertx;

    @Inject
    LoadlineMaker(
            @All List<LimiterBuilderCustomizer> limiters,
            @All List<DrainBuilderCustomizer> drains,
            @All List<DegradationBuilderCustomizer> degradations,
            @All List<IntakeBuilderCustomizer> intakes,
            @All List<OrcaBuilderCustomizer> reports,
            @All List<SettingsBuilderCustomizer> settings,
            @All List<Saturation> saturations,
            @All List<QueueReader> queueReaders,
            @All List<Quota> quotas,
            @All List<KnownFailures> failures,
            ClientQuota clients,
            Instance<ObservationRegistry> observations,
            ApplicationMeters meters,
            Vertx vertx) {
        this.limiters = limiters;
        this.drains = drains;
        this.degradations = degradations;
        this.intakes = intakes;
        this.reports = reports;
        this.settings = settings;
        this.saturations = saturations;
        this.queueReaders = queueReaders;
        this.quotas = quotas;
        this.failures = failures;
        this.clients = clients;
        this.observations = observations;
        this.meters = meters;
        this.vertx = vertx;
    }

    Loadline make(LoadlineConfig config) {
        String name = name(config);
        Loadline.Builder builder = Setting.check("name", name, () -> Loadline.builder(name));
        return config.enabled() ? configured(builder, config).build() : idle(builder);
    }

    /**
     * Makes one of the settings alone, and forgets it.
     *
     * @param queueReaders as there will be, of which none is asked
     * @throws io.quarkus.runtime.configuration.ConfigurationException if one is wrong
     */
    static void check(LoadlineConfig config, List<? extends QueueReader> queueReaders) {
        String name = name(config);
        Loadline.Builder builder = Setting.check("name", name, () -> Loadline.builder(name));
        configure(builder, config, queueReaders, null).build().close();
    }

    /** Whoever uses it finds a limiter that admits all, features that are on, and no meters. */
    private static Loadline idle(Loadline.Builder builder) {
        return builder.fatalErrors(FatalErrors.Policy.OFF)
                .limiter(limiter -> limiter.enforcement(Enforcement.OFF))
                .build();
    }

    private Loadline.Builder configured(Loadline.Builder builder, LoadlineConfig config) {
        Loadline.Builder unused = builder.guards(guard -> guard.outcomeOf(this::outcomeOf));
        // The first is what settings change while the service runs.
        clients.quota().ifPresent(builder::quota);
        quotas.forEach(builder::quota);
        if (config.observation().enabled() && observations.isResolvable()) {
            builder.observationRegistry(observations.get());
        }
        return configure(builder, config, queueReaders, this);
    }

    /**
     * Gives the settings to {@code builder}, and has those of the application changed that {@code beans} knows; null where there
     * are no beans yet.
     */
    private static Loadline.Builder configure(
            Loadline.Builder builder,
            LoadlineConfig config,
            List<? extends QueueReader> queueReaders,
            @Nullable LoadlineMaker beans) {
        ServiceSettings.configure(builder, config.memory());
        GuardSettings.configure(builder, config.guard().dependencies());
        return builder.limiter(limiter -> {
                    LimitSettings.configure(limiter, config.limit());
                    ServiceSettings.configure(limiter, config.slo());
                    if (beans != null && !beans.limiters.isEmpty()) {
                        beans.limiters.forEach(each -> each.customize(limiter));
                    }
                })
                .drain(drain -> {
                    ServiceSettings.configure(drain, config.drain());
                    if (beans != null && !beans.drains.isEmpty()) {
                        beans.drains.forEach(each -> each.customize(drain));
                    }
                })
                .degradation(degradation -> {
                    GuardSettings.configure(degradation, config.guard().degradation());
                    if (beans != null && !beans.degradations.isEmpty()) {
                        beans.degradations.forEach(each -> each.customize(degradation));
                    }
                })
                .intake(intake -> {
                    GuardSettings.configure(intake, config.guard().intake());
                    if (beans != null && !beans.intakes.isEmpty()) {
                        beans.intakes.forEach(each -> each.customize(intake));
                    }
                })
                .orca(orca -> {
                    ServiceSettings.configure(orca, config.orca());
                    if (beans != null && !beans.reports.isEmpty()) {
                        beans.reports.forEach(each -> each.customize(orca));
                    }
                })
                .settings(live -> {
                    ServiceSettings.configure(live, config.settings());
                    if (beans != null && !beans.settings.isEmpty()) {
                        beans.settings.forEach(each -> each.customize(live));
                    }
                })
                .signal(signal -> {
                    ServiceSettings.configure(signal, config.slo(), config.signal());
                    QueueSettings.configure(signal, config.signal().queues(), queueReaders);
                    if (beans != null) {
                        beans.saturate(signal);
                    }
                });
    }

    private GuardOutcome outcomeOf(Throwable failure) {
        for (KnownFailures each : failures) {
            GuardOutcome known = each.outcomeOf(failure);
            if (known != null) {
                return known;
            }
        }
        return GuardOutcome.of(failure);
    }

    /** Those of the application count where ours would have the same name. */
    private void saturate(LoadSignal.Builder signal) {
        for (Saturation each : saturations) {
            LoadSignal.Builder unused = signal.saturation(each);
        }
        LoadSignal.Builder unused = signal.saturationIfAbsent(PoolSaturation.connections(meters::registry))
                .saturationIfAbsent(PoolSaturation.executors(meters::registry))
                .saturationIfAbsent(LagProbe.of("event_loop", this::eventLoops));
    }

    /** Quarkus serves by all of them, so none is woken that nobody uses. */
    private List<Executor> eventLoops() {
        List<Executor> loops = new ArrayList<>();
        if (vertx instanceof VertxInternal known && !known.getEventLoopGroup().isShuttingDown()) {
            known.getEventLoopGroup().forEach(loops::add);
        }
        return loops;
    }

    private static String name(LoadlineConfig config) {
        String name = config.name().orElse(null);
        if (name == null) {
            name = ConfigProvider.getConfig()
                    .getOptionalValue("quarkus.application.name", String.class)
                    .orElse("");
            return name.isBlank() ? "application" : name;
        }
        return name;
    }
}
