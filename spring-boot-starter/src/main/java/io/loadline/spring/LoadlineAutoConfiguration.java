/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.loadline.Loadline;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.ClientKey;
import io.loadline.guard.Degradation;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.Quota;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.loadline.metrics.LoadlineMetrics;
import io.loadline.metrics.PoolSaturation;
import io.loadline.signal.LagProbe;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.Saturation;
import io.loadline.spring.internal.ClientQuota;
import io.loadline.spring.internal.DependencySource;
import io.loadline.spring.internal.GuardedHosts;
import io.loadline.spring.internal.QueueReader;
import io.loadline.spring.internal.RouteCriticality;
import io.loadline.startup.Deferred;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupStage;
import io.loadline.startup.WarmUp;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.autoconfigure.condition.OnPropertyListCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Makes the service's {@link Loadline} and ties it to the application context. Backs off to a bean of that type.
 *
 * <p>Before the meters, which are bound when all stages of the start are known.
 */
@AutoConfiguration(beforeName = "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration")
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LoadlineProperties.class)
public final class LoadlineAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Loadline loadline(
            LoadlineProperties properties,
            Environment environment,
            ObjectProvider<LimiterBuilderCustomizer> limiterCustomizers,
            ObjectProvider<DrainBuilderCustomizer> drainCustomizers,
            ObjectProvider<DegradationBuilderCustomizer> degradationCustomizers,
            ObjectProvider<IntakeBuilderCustomizer> intakeCustomizers,
            ObjectProvider<OrcaBuilderCustomizer> orcaCustomizers,
            ObjectProvider<Saturation> saturations,
            ObjectProvider<QueueReader> queueReaders,
            ObjectProvider<CircuitBreakerRegistry> circuitBreakers,
            @Qualifier(QuotaFactory.BEAN_NAME) ObjectProvider<Quota> ownQuota,
            ObjectProvider<Quota> quotas,
            ObjectProvider<SettingsBuilderCustomizer> settingsCustomizers,
            ApplicationObservations observations) {
        QuotaFactory.checkUnused(properties.guard().quota());
        Loadline.Builder loadline = LoadlineFactory.builder(properties, environment);
        LoadlineFactory.configure(loadline, properties.memory(), environment);
        // The first is what settings change while the service runs.
        Quota own = ownQuota.getIfAvailable();
        if (own != null) {
            loadline.quota(own);
        }
        quotas.orderedStream().filter(quota -> quota != own).forEach(loadline::quota);
        if (properties.observation().enabled()) {
            loadline.observationRegistry(observations.registry());
        }
        circuitBreakers.ifUnique(registry -> GuardSettings.checkUnused(registry, properties.guard()));
        GuardSettings.apply(loadline, properties.guard());
        return loadline.guards(builder -> circuitBreakers.ifUnique(registry -> {
                    DependencyGuard.Builder unused = builder.circuitBreakerRegistry(registry);
                }))
                .limiter(builder -> {
                    LoadlineFactory.configure(builder, properties.limit());
                    LoadlineFactory.configure(builder, properties.slo());
                    limiterCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .drain(builder -> {
                    LoadlineFactory.configure(builder, properties.drain());
                    drainCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .degradation(builder -> {
                    GuardSettingsFactory.configure(builder, properties.guard().degradation());
                    degradationCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .intake(builder -> {
                    GuardSettingsFactory.configure(builder, properties.guard().intake());
                    intakeCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .orca(builder -> {
                    LoadlineFactory.configure(builder, properties.orca());
                    orcaCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .settings(builder -> {
                    LoadlineFactory.configure(builder, properties.settings());
                    settingsCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .signal(builder -> {
                    LoadlineFactory.configure(builder, properties.slo(), properties.signal());
                    Stream.concat(
                                    saturations.orderedStream(),
                                    QueueSettingsFactory.backlogs(
                                            properties.signal().queues(),
                                            queueReaders.orderedStream().toList())
                                            .stream())
                            .forEach(saturation -> {
                                LoadSignal.Builder unused = builder.saturation(saturation);
                            });
                })
                .build();
    }

    /** Not lazy: it waits until all singletons are there. */
    @Bean
    @Lazy(false)
    ApplicationObservations loadlineApplicationObservations(
            ObjectProvider<ObservationRegistry> registries, ApplicationContext context) {
        return new ApplicationObservations(registries, context);
    }

    /** Not lazy: it waits until all singletons are there. */
    @Bean
    @Lazy(false)
    ApplicationMeters loadlineApplicationMeters(ObjectProvider<MeterRegistry> registries) {
        return new ApplicationMeters(registries);
    }

    /** Backs off to a bean of its name, such as one without a pool that is busy in the background. */
    @Bean
    @ConditionalOnMissingBean(name = "loadlinePoolSaturation")
    Saturation loadlinePoolSaturation(ApplicationMeters meters) {
        return PoolSaturation.connections(meters::registry);
    }

    /** The same. */
    @Bean
    @ConditionalOnMissingBean(name = "loadlineExecutorSaturation")
    Saturation loadlineExecutorSaturation(ApplicationMeters meters) {
        return PoolSaturation.executors(meters::registry);
    }

    /** The same. */
    @Bean
    @ConditionalOnThreading(Threading.VIRTUAL)
    @ConditionalOnMissingBean(name = "loadlineCarrierSaturation")
    Saturation loadlineCarrierSaturation() {
        return LagProbe.ofVirtualThreads();
    }

    // The parts are closed by the whole, hence no destroy methods of their own.

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    ConcurrencyLimiter loadlineLimiter(Loadline loadline) {
        return loadline.limiter();
    }

    @Bean(QuotaFactory.BEAN_NAME)
    @ConditionalOnProperty(QuotaFactory.PREFIX + ".limit")
    Quota loadlineQuota(LoadlineProperties properties, ObjectProvider<QuotaBuilderCustomizer> customizers) {
        return QuotaFactory.quota(properties.guard().quota(), properties.limit().routes(), customizers);
    }

    @Bean
    @ConditionalOnProperty(QuotaFactory.PREFIX + ".limit")
    ClientQuota loadlineClientQuota(
            @Qualifier(QuotaFactory.BEAN_NAME) Quota quota,
            LoadlineProperties properties,
            ObjectProvider<ClientKey> keys) {
        return QuotaFactory.clients(quota, properties.guard().quota(), keys);
    }

    @Bean
    @ConditionalOnMissingBean
    ContextHeaders loadlineContextHeaders(LoadlineProperties properties) {
        return LoadlineFactory.contextHeaders(properties.limit());
    }

    @Bean
    RouteCriticality loadlineRouteCriticality(LoadlineProperties properties) {
        return LoadlineFactory.routeCriticality(properties.limit().criticality());
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    Availability loadlineAvailability(Loadline loadline) {
        return loadline.availability();
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    DrainCoordinator loadlineDrain(Loadline loadline) {
        return loadline.drain();
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    DependencyGuards loadlineGuards(Loadline loadline) {
        return loadline.guards();
    }

    @Bean
    GuardedHosts loadlineGuardedHosts(Loadline loadline, LoadlineProperties properties) {
        return GuardSettings.hosts(loadline.guards(), properties.guard());
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    LoadSignal loadlineSignal(Loadline loadline) {
        return loadline.signal();
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    Degradation loadlineDegradation(Loadline loadline) {
        return loadline.degradation();
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    IntakeGate loadlineIntake(Loadline loadline) {
        return loadline.intake();
    }

    /** Bound to the application's registries by Spring Boot. */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    LoadlineMetrics loadlineMetrics(Loadline loadline) {
        return loadline.metrics();
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    Startup loadlineStartup(Loadline loadline) {
        return loadline.startup();
    }

    /** Static, since it looks at every bean, of this class too. */
    @Bean
    static DeferredStartupMethods loadlineDeferredStartupMethods() {
        return new DeferredStartupMethods();
    }

    @Bean
    static LazyInitializationExcludeFilter loadlineDeferredStartupExcludeFilter() {
        return DeferredStartupMethods.excludeFilter();
    }

    @Bean
    @Lazy(false)
    ApplicationStages loadlineApplicationStages(
            Startup startup,
            LoadlineProperties properties,
            DeferredStartupMethods methods,
            Environment environment,
            ObjectProvider<StartupStage> stages,
            ObjectProvider<Deferred<?>> values,
            ObjectProvider<WarmUp> warmUp,
            ObjectProvider<StartupBuilderCustomizer> customizers) {
        return new ApplicationStages(
                startup, properties.startup(), methods, environment, stages, values, warmUp, customizers);
    }

    @Bean
    @Lazy(false)
    ApplicationDependencies loadlineApplicationDependencies(
            Loadline loadline,
            LoadlineProperties properties,
            ObjectProvider<DependencyCheck> checks,
            ObjectProvider<DependencySource> sources) {
        return new ApplicationDependencies(
                loadline.dependencies(), properties.startup().dependencies(), checks, sources);
    }

    @Bean
    @ConditionalOnMissingBean
    @Conditional(OnWarmUpPaths.class)
    WarmUp loadlineWarmUp(LoadlineProperties properties) {
        return LoadlineFactory.warmUp(properties.startup().warmUp());
    }

    @Bean
    @Lazy(false)
    ContextLifecycle loadlineContextLifecycle(Loadline loadline, ConfigurableApplicationContext context) {
        return new ContextLifecycle(loadline, context);
    }

    @Bean
    AvailabilityFollower loadlineAvailabilityFollower(Loadline loadline, ApplicationContext context) {
        return new AvailabilityFollower(loadline, context);
    }

    static final class OnWarmUpPaths extends OnPropertyListCondition {
        OnWarmUpPaths() {
            super("loadline.startup.warm-up.paths", () -> ConditionMessage.forCondition("Loadline warm-up"));
        }
    }
}
