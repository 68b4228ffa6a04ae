/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.Loadline;
import io.loadline.availability.Availability;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.metrics.LoadlineMetrics;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.Saturation;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Makes the service's {@link Loadline} and ties it to the application context. Backs off to a bean of that type. */
@AutoConfiguration
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
            ObjectProvider<Saturation> saturations) {
        return LoadlineFactory.builder(properties, environment)
                .limiter(builder -> {
                    LoadlineFactory.configure(builder, properties.limit());
                    limiterCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .drain(builder -> {
                    LoadlineFactory.configure(builder, properties.drain());
                    drainCustomizers.orderedStream().forEach(customizer -> customizer.customize(builder));
                })
                .signal(builder -> saturations.orderedStream().forEach(saturation -> {
                    LoadSignal.Builder unused = builder.saturation(saturation);
                }))
                .build();
    }

    // The parts are closed by the whole, hence no destroy methods of their own.

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    ConcurrencyLimiter loadlineLimiter(Loadline loadline) {
        return loadline.limiter();
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
    LoadSignal loadlineSignal(Loadline loadline) {
        return loadline.signal();
    }

    /** Bound to the application's registries by Spring Boot. */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    LoadlineMetrics loadlineMetrics(Loadline loadline) {
        return loadline.metrics();
    }

    @Bean
    @Lazy(false)
    ContextLifecycle loadlineContextLifecycle(Loadline loadline, ApplicationContext context) {
        return new ContextLifecycle(loadline, context);
    }

    @Bean
    AvailabilityFollower loadlineAvailabilityFollower(Loadline loadline, ApplicationContext context) {
        return new AvailabilityFollower(loadline.availability(), context);
    }
}
