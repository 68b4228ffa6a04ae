/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.FatalErrors;
import io.loadline.drain.DrainCoordinator;
import io.loadline.guard.DependencyGuards;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.RouteLimits;
import io.loadline.metrics.LoadlineMetrics;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.OrcaFormat;
import io.loadline.signal.OrcaHeader;
import io.loadline.signal.Saturation;
import io.loadline.signal.SloReport;
import io.loadline.spring.actuator.LoadlineActuatorAutoConfiguration;
import io.loadline.spring.actuator.LoadlineDependenciesAutoConfiguration;
import io.loadline.spring.actuator.LoadlineEndpoint;
import io.loadline.spring.actuator.LoadlineHealthAutoConfiguration;
import io.loadline.spring.internal.CollectedRoutes;
import io.loadline.spring.reactive.LoadlineReactiveAutoConfiguration;
import io.loadline.spring.servlet.LoadlineServletAutoConfiguration;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageTier;
import io.loadline.startup.Startup;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.health.application.ReadinessStateHealthIndicator;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.server.WebFilter;

class LoadlineAutoConfigurationTest {
    private static final AutoConfigurations OURS = AutoConfigurations.of(
            LoadlineAutoConfiguration.class,
            LoadlineActuatorAutoConfiguration.class,
            LoadlineDependenciesAutoConfiguration.class,
            LoadlineHealthAutoConfiguration.class,
            LoadlineReactiveAutoConfiguration.class,
            LoadlineServletAutoConfiguration.class,
            ApplicationAvailabilityAutoConfiguration.class,
            AvailabilityProbesAutoConfiguration.class);
    private static final List<String> READS = List.of(
            "/loadline",
            "/loadline/advice",
            "/loadline/advice.yaml",
            "/loadline/load",
            "/loadline/memory",
            "/loadline/settings",
            "/loadline/startup");
    private static final FilteredClassLoader NO_ACTUATOR = new FilteredClassLoader(
            "org.springframework.boot.actuate",
            "org.springframework.boot.health",
            "org.springframework.boot.micrometer");

    private final ApplicationContextRunner plain = new ApplicationContextRunner().withConfiguration(OURS);
    private final WebApplicationContextRunner servlet = new WebApplicationContextRunner().withConfiguration(OURS);
    private final ReactiveWebApplicationContextRunner reactive =
            new ReactiveWebApplicationContextRunner().withConfiguration(OURS);

    @Test
    void noSettings_makeAllParts() {
        plain.withPropertyValues("spring.application.name=checkout").run(context -> {
            Loadline loadline = context.getBean(Loadline.class);
            assertThat(loadline.name()).isEqualTo("checkout");
            assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.ENFORCE);
            assertThat(context.getBean(ConcurrencyLimiter.class)).isSameAs(loadline.limiter());
            assertThat(context.getBean(Availability.class)).isSameAs(loadline.availability());
            assertThat(context.getBean(DrainCoordinator.class)).isSameAs(loadline.drain());
            assertThat(context.getBean(LoadSignal.class)).isSameAs(loadline.signal());
            assertThat(context.getBean(LoadlineMetrics.class)).isSameAs(loadline.metrics());
            assertThat(context).doesNotHaveBean(CollectedRoutes.class);
        });
    }

    @Test
    void observationRegistry_isTold_ifItIsTheOnlyOneAndNobodyObjects() {
        plain.run(context -> assertThat(
                        context.getBean(Loadline.class).observations().isUsed())
                .isFalse());
        ApplicationContextRunner observed =
                plain.withBean("observed", ObservationRegistry.class, LoadlineAutoConfigurationTest::handledRegistry);
        observed.run(context -> assertThat(isTold(context, "observed")).isTrue());
        observed.withPropertyValues("loadline.observation.enabled=false").run(context -> {
            assertThat(context.getBean(Loadline.class).observations().isUsed()).isFalse();
            assertThat(isTold(context, "observed")).isFalse();
        });
        observed.withBean("another", ObservationRegistry.class, LoadlineAutoConfigurationTest::handledRegistry)
                .run(context -> {
                    assertThat(isTold(context, "observed")).isFalse();
                    assertThat(isTold(context, "another")).isFalse();
                });
    }

    /** As what sends spans away by a client that Loadline guards. */
    @Test
    void observationRegistry_ofWhatNeedsLoadline_isTold() {
        ApplicationContextRunner observed = plain.withConfiguration(
                        AutoConfigurations.of(ObservationAutoConfiguration.class))
                .withUserConfiguration(ObservedByLoadline.class);
        observed.run(
                context -> assertThat(isTold(context, "observationRegistry")).isTrue());
        observed.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context ->
                        assertThat(isTold(context, "observationRegistry")).isTrue());
    }

    private static boolean isTold(ApplicationContext context, String registry) {
        Observation request = Observation.start("request", context.getBean(registry, ObservationRegistry.class));
        request.scoped(() -> context.getBean(Loadline.class).observations().quotaRefused("api"));
        return request.getContext().getHighCardinalityKeyValue("loadline.quota") != null;
    }

    private static ObservationRegistry handledRegistry() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(context -> true);
        return registry;
    }

    @Configuration(proxyBeanMethods = false)
    static class ObservedByLoadline {
        @Bean
        ObservationPredicate predicate(Loadline loadline) {
            return (name, context) -> !loadline.drain().isDraining();
        }

        @Bean
        ObservationHandler<Observation.Context> handler(DependencyGuards guards) {
            return context -> guards.limits().isEmpty();
        }
    }

    @Test
    void promiseAndForecast_reachTheSignal() {
        plain.run(context -> {
            assertThat(context.getBean(ConcurrencyLimiter.class).slo()).isEmpty();
            assertThat(context.getBean(LoadSignal.class).snapshot().slo().isPromised())
                    .isFalse();
            assertThat(context.getBean(LoadSignal.class).snapshot().forecast().isOn())
                    .isFalse();
        });
        plain.withPropertyValues(
                        "loadline.slo.latency=250ms",
                        "loadline.slo.objective=0.995",
                        "loadline.signal.forecast.enabled=true",
                        "loadline.signal.forecast.horizon=90s")
                .run(context -> {
                    SloReport slo = context.getBean(LoadSignal.class).snapshot().slo();
                    assertThat(slo.latency()).isEqualTo(Duration.ofMillis(250));
                    assertThat(slo.objective()).isEqualTo(0.995);
                    assertThat(context.getBean(LoadSignal.class)
                                    .snapshot()
                                    .forecast()
                                    .horizon())
                            .isEqualTo(Duration.ofSeconds(90));
                });
    }

    @Test
    void noName_isApplication() {
        plain.run(context -> assertThat(context.getBean(Loadline.class).name()).isEqualTo("application"));
    }

    @Test
    void settingsOfRoutes_reachTheLimiter() {
        plain.withPropertyValues(
                        "loadline.limit.max-streams=7",
                        "loadline.limit.routes[GET /orders/{id}].share=0.3",
                        "loadline.limit.routes[GET /orders/{id}].cap=40",
                        "loadline.limit.routes.money.cap-share=0.5",
                        "loadline.limit.routes.money.routes=POST /pay, POST /refunds/{id}")
                .run(context -> {
                    ConcurrencyLimiter limiter = context.getBean(ConcurrencyLimiter.class);
                    assertThat(limiter.limits())
                            .containsOnly(
                                    Map.entry(
                                            "GET /orders/{id}",
                                            RouteLimits.NONE.share(0.3).cap(40)),
                                    Map.entry("money", RouteLimits.NONE.capShare(0.5)));
                    assertThat(limiter.streams().max()).isEqualTo(7);
                    assertThat(context.getBean(LoadlineProperties.class).limit().limitedRoutes())
                            .containsOnly("GET /orders/{id}", "POST /pay", "POST /refunds/{id}");
                });
    }

    @Test
    void settings_reachTheParts() {
        plain.withPropertyValues(
                        "loadline.name=named",
                        "loadline.limit.enforcement=shadow",
                        "loadline.limit.algorithm=aimd",
                        "loadline.limit.initial=7",
                        "loadline.limit.min=3",
                        "loadline.limit.max-routes=2")
                .run(context -> {
                    ConcurrencyLimiter limiter = context.getBean(ConcurrencyLimiter.class);
                    assertThat(limiter.name()).isEqualTo("named");
                    assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
                    assertThat(limiter.limit()).isEqualTo(7);
                    assertThat(limiter.route("one").name()).isEqualTo("one");
                    assertThat(limiter.route("two")).isSameAs(limiter.otherRoute());
                });
    }

    @Test
    void warmUpOfZero_enforcesAtOnce() {
        plain.withPropertyValues("loadline.limit.warm-up.duration=0s")
                .run(context -> assertThat(
                                context.getBean(ConcurrencyLimiter.class).isEnforcing())
                        .isTrue());
        plain.withPropertyValues("loadline.limit.warm-up.calls=5")
                .run(context -> assertThat(
                                context.getBean(ConcurrencyLimiter.class).isEnforcing())
                        .isFalse());
    }

    @Test
    void disabled_removesAll() {
        String off = "loadline.enabled=false";
        plain.withPropertyValues(off).run(context -> assertThat(context).doesNotHaveBean(Loadline.class));
        servlet.withPropertyValues(off).run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(Loadline.class)
                    .doesNotHaveBean(FilterRegistrationBean.class)
                    .doesNotHaveBean(LoadlineEndpoint.class)
                    .doesNotHaveBean(DeferredStartupMethods.class)
                    .doesNotHaveBean("startupStateHealthIndicator");
            assertThat(context.getBean("readinessStateHealthIndicator"))
                    .isExactlyInstanceOf(ReadinessStateHealthIndicator.class);
        });
        reactive.withPropertyValues(off)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(Loadline.class)
                        .doesNotHaveBean(WebFilter.class));
    }

    @Test
    void beansOfTheApplication_takePrecedence() {
        Loadline own = Loadline.builder("own").build();
        ConcurrencyLimiter other = ConcurrencyLimiter.builder("other").build();
        servlet.withBean("mine", Loadline.class, () -> own)
                .withBean("limiter", ConcurrencyLimiter.class, () -> other)
                .run(context -> {
                    assertThat(context).hasSingleBean(Loadline.class).hasSingleBean(ConcurrencyLimiter.class);
                    assertThat(context.getBean(Loadline.class)).isSameAs(own);
                    assertThat(context.getBean(ConcurrencyLimiter.class)).isSameAs(other);
                    assertThat(context.getBean(Availability.class)).isSameAs(own.availability());
                });
    }

    @Test
    void readinessIndicatorOfTheApplication_takesPrecedence() {
        plain.withBean(
                        "readinessStateHealthIndicator",
                        ReadinessStateHealthIndicator.class,
                        () -> new ReadinessStateHealthIndicator(new ApplicationAvailabilityBean()))
                .run(context -> assertThat(context.getBean("readinessStateHealthIndicator"))
                        .isExactlyInstanceOf(ReadinessStateHealthIndicator.class));
    }

    @Test
    void customizers_haveTheLastWord() {
        CountDownLatch jobsAsked = new CountDownLatch(1);
        plain.withPropertyValues("loadline.limit.enforcement=off")
                .withBean(LimiterBuilderCustomizer.class, () -> builder -> {
                    var unused = builder.enforcement(Enforcement.SHADOW).algorithm(() -> FixedLimit.of(42));
                })
                .withBean(DrainBuilderCustomizer.class, () -> builder -> {
                    var unused = builder.deadline(Duration.ofSeconds(3));
                })
                .withBean(OrcaBuilderCustomizer.class, () -> builder -> {
                    var unused = builder.always(OrcaFormat.TEXT).namedMetric("jobs", () -> {
                        jobsAsked.countDown();
                        return 3;
                    });
                })
                .run(context -> {
                    OrcaHeader load = context.getBean(Loadline.class).orca().header(null);
                    assertThat(load).isNotNull();
                    assertThat(load.value()).startsWith("TEXT ");
                    assertThat(jobsAsked.await(10, TimeUnit.SECONDS)).isTrue();
                    ConcurrencyLimiter limiter = context.getBean(ConcurrencyLimiter.class);
                    assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
                    assertThat(limiter.limit()).isEqualTo(42);
                    DrainCoordinator drain = context.getBean(DrainCoordinator.class);
                    drain.drainAsync("test", DrainCoordinator.Settling.WAIT);
                    assertThat(drain.progress().remaining()).isLessThanOrEqualTo(Duration.ofSeconds(3));
                });
    }

    @Test
    void startupSettings_reachThePlan() {
        plain.withPropertyValues(
                        "loadline.startup.ready-after=important",
                        "loadline.startup.settle=3s",
                        "loadline.startup.collection=never",
                        "loadline.startup.history-file=/tmp/history")
                .run(context -> {
                    StartupPlan plan = context.getBean(Startup.class).plan();
                    assertThat(plan.readyAfter()).isEqualTo(StageTier.IMPORTANT);
                    assertThat(plan.settle()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(plan.collection()).isEqualTo(StartupPlan.Collection.NEVER);
                    assertThat(plan.historyFile()).isEqualTo(Path.of("/tmp/history"));
                    assertThat(plan.stages()).isEmpty();
                });
    }

    @Test
    void memorySettings_reachTheParts() {
        plain.withPropertyValues("loadline.memory.fatal-errors=report", "loadline.memory.request=300MB")
                .run(context -> {
                    Loadline loadline = context.getBean(Loadline.class);
                    assertThat(loadline.fatalErrors().policy()).isEqualTo(FatalErrors.Policy.REPORT);
                    assertThat(loadline.advisor().report().adviceJson()).contains("request 300 MiB");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"300MB", "300Mi", "314572800"})
    void memoryRequest_isReadAsPlatformsWriteIt(String request) {
        plain.withPropertyValues("loadline.memory.request=" + request)
                .run(context -> assertThat(context.getBean(Loadline.class)
                                .advisor()
                                .report()
                                .adviceJson())
                        .contains("request 300 MiB"));
    }

    /** What the platform wrote there is told as a property as well. */
    @ParameterizedTest
    @ValueSource(strings = {"256Mi", "much", "0"})
    void memoryRequest_ofTheEnvironment_stopsNobody(String request) {
        plain.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment", Map.of("LOADLINE_MEMORY_REQUEST", request))))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Loadline.class));
    }

    @Test
    void stages_ofBeansMethodsAndCustomizers_makeThePlan() {
        plain.withBean(Stages.class)
                .withBean(
                        StartupStage.class,
                        () -> StartupStage.builder("bean", stage -> {}).build())
                .withBean(StartupBuilderCustomizer.class, () -> builder -> {
                    var unused = builder.stage("customizer", stage -> {});
                })
                .withPropertyValues("loadline.startup.warm-up.paths[0]=/orders/1")
                .run(context -> {
                    StartupPlan plan = context.getBean(Startup.class).plan();
                    assertThat(plan.stages())
                            .extracting(StartupStage::name)
                            .containsExactly("bean", "method", "warm-up", "customizer");
                    assertThat(plan.stages().get(2).dependsOn()).containsExactly("bean", "method");
                });
    }

    @Test
    void stages_ofALoadlineOfTheApplication_areKept() {
        StartupPlan own = StartupPlan.builder().stage("own", stage -> {}).build();
        plain.withBean(
                        "mine",
                        Loadline.class,
                        () -> Loadline.builder("own").startup(own).build())
                .withBean(Stages.class)
                .run(context -> assertThat(context.getBean(Startup.class).plan().stages())
                        .extracting(StartupStage::name)
                        .containsExactly("own", "method"));
    }

    @Test
    void plan_ofALoadlineOfTheApplication_isKeptButForWhatIsSet() {
        List<String> gates = new ArrayList<>();
        StartupPlan own = StartupPlan.builder()
                .readyAfter(StageTier.IMPORTANT)
                .settle(Duration.ofSeconds(9))
                .historyFile(Path.of("/tmp/history"))
                .gate(gate -> gates.add("own"))
                .build();
        plain.withBean(
                        "mine",
                        Loadline.class,
                        () -> Loadline.builder("own").startup(own).build())
                .withPropertyValues(
                        "loadline.startup.settle=3s",
                        "loadline.startup.gate.jitter=0s",
                        "loadline.startup.warm-up.paths[0]=/orders/1")
                .run(context -> {
                    gates.clear();
                    StartupPlan plan = context.getBean(Startup.class).plan();
                    assertThat(plan.readyAfter()).isEqualTo(StageTier.IMPORTANT);
                    assertThat(plan.settle()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(plan.historyFile()).isEqualTo(Path.of("/tmp/history"));
                    assertThat(plan.stages()).extracting(StartupStage::tier).containsExactly(StageTier.IMPORTANT);
                    assertThat(plan.toBuilder().build().stages()).isEqualTo(plan.stages());
                    assertThat(gates).isNotEmpty();
                });
    }

    @Test
    void stages_ofBeansThatAreMadeLazily_areFound() {
        plain.withBean(Stages.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThat(context.getBean(Startup.class).plan().stages())
                        .extracting(StartupStage::name)
                        .containsExactly("method"));
    }

    @Test
    void dependencies_withoutHealth_areRefused() {
        plain.withClassLoader(NO_ACTUATOR)
                .withPropertyValues("loadline.startup.dependencies=db")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("it needs spring-boot-starter-actuator"));
    }

    @Test
    void dependencies_withoutProbes_areKnown() {
        plain.withPropertyValues(
                        "management.endpoint.health.probes.enabled=false", "loadline.startup.dependencies=nobody")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("each is the name of a health contributor"));
    }

    @Test
    void dependencyBeans_holdReadiness() {
        plain.withBean(
                        DependencyCheck.class,
                        () -> DependencyCheck.builder("shelf", () -> false).build())
                .run(context -> assertThat(context.getBean(Availability.class).readinessHolds())
                        .singleElement()
                        .asString()
                        .contains("shelf"));
    }

    @Test
    void meters_tellAboutEachStage() {
        plain.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class)
                .withBean(Stages.class)
                .run(context -> assertThat(context.getBean(MeterRegistry.class)
                                .find("loadline.startup.stage.duration")
                                .tag("stage", "method")
                                .gauge())
                        .isNotNull());
    }

    @Test
    void saturationBeans_areReadByTheSignal() {
        plain.withBean(Saturation.class, () -> Saturation.of("pool", () -> 0.5))
                .run(context -> await().untilAsserted(() -> assertThat(
                                context.getBean(Loadline.class).status().saturations())
                        .containsEntry("pool", 0.5)));
    }

    /** The meters that HikariCP publishes; a pool that is full and waited for is what holds the service up. */
    @Test
    void metersOfAPool_areReadByTheSignal() {
        Map<String, Double> pool = new ConcurrentHashMap<>();
        ApplicationContextRunner pooled = plain.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class);
        pooled.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            // In this order: a pool is one as soon as it has the other two.
            hikari(registry, pool, "pending", 30);
            hikari(registry, pool, "active", 10);
            hikari(registry, pool, "max", 10);
            Loadline loadline = context.getBean(Loadline.class);
            await().untilAsserted(() -> {
                assertThat(loadline.status().saturations().getOrDefault("pool", 0.0))
                        .isEqualTo(1.75);
                assertThat(loadline.status().bottleneck()).isEqualTo("pool");
            });
            assertThat(loadline.status().explanation())
                    .contains("Bottleneck: pool at 175 % (HikariPool-1: 10 of 10 taken, 30 wait)");
            // A meter is made for it a moment later.
            await().untilAsserted(() -> assertThat(registry.find("loadline.saturation")
                            .tag("resource", "pool")
                            .gauge())
                    .isNotNull()
                    .extracting(Gauge::value)
                    .isEqualTo(1.75));

            pool.replaceAll((name, value) -> Double.NaN);
            await().untilAsserted(
                            () -> assertThat(loadline.status().saturations()).doesNotContainKey("pool"));
            assertThat(loadline.status().saturationDetails()).containsEntry("pool", "the meters give no numbers");
        });
    }

    @Test
    void saturationOfPools_backsOffToABeanOfItsName() {
        plain.withBean("loadlinePoolSaturation", Saturation.class, () -> Saturation.of("pool", () -> 0.25))
                .run(context -> await().untilAsserted(() -> assertThat(
                                context.getBean(Loadline.class).status().saturations())
                        .containsEntry("pool", 0.25)));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreads_haveTheirCarriersProbed() {
        plain.withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> await().untilAsserted(() -> assertThat(
                                context.getBean(Loadline.class).status().saturations())
                        .containsKey("carriers")));
        plain.run(context ->
                assertThat(context.getBeanNamesForType(Saturation.class)).doesNotContain("loadlineCarrierSaturation"));
    }

    private static void hikari(MeterRegistry registry, Map<String, Double> pool, String name, double value) {
        pool.put(name, value);
        Gauge.builder("hikaricp.connections." + name, pool, all -> all.get(name))
                .tag("pool", "HikariPool-1")
                .register(registry);
    }

    @Test
    void meters_areBoundOnce() {
        plain.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class)
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.find("loadline.limit").gauges()).hasSize(1);
                    context.getSourceApplicationContext().close();
                    assertThat(registry.find("loadline.limit").gauges()).isEmpty();
                });
    }

    @Test
    void servletApplication_withoutActuator_servesTheReadsItself() {
        servlet.withClassLoader(NO_ACTUATOR).run(context -> {
            assertThat(context).hasNotFailed().hasBean("loadlineStatusServlet");
            ServletRegistrationBean<?> reads = context.getBean("loadlineStatusServlet", ServletRegistrationBean.class);
            assertThat(reads.getUrlMappings()).containsExactlyElementsOf(READS);
        });
    }

    @Test
    void reactiveApplication_withoutActuator_servesTheReadsItself() {
        reactive.withClassLoader(NO_ACTUATOR).run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(WebFilter.class);
            assertThat(context.getBean(SimpleUrlHandlerMapping.class).getUrlMap())
                    .containsKeys(READS.toArray(String[]::new));
        });
    }

    @Test
    void servletApplication_withoutReactiveOrMvcTypes_starts() {
        servlet.withClassLoader(new FilteredClassLoader(
                        "org.springframework.web.servlet",
                        "org.springframework.boot.webmvc",
                        "org.springframework.web.reactive",
                        "reactor"))
                .run(context -> assertThat(context).hasNotFailed().hasBean("loadlineAdmissionFilter"));
    }

    @Test
    void reactiveApplication_withoutServletTypes_starts() {
        reactive.withClassLoader(new FilteredClassLoader(
                        "jakarta.servlet", "org.springframework.web.servlet", "org.springframework.boot.webmvc"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(WebFilter.class));
    }

    @Test
    void application_withoutWebTypes_starts() {
        plain.withClassLoader(new FilteredClassLoader(
                        "jakarta.servlet", "org.springframework.web", "org.springframework.boot.web", "reactor"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Loadline.class));
    }

    static class Stages {
        @DeferredStartup(name = "method")
        void load() {}
    }
}
