/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import io.loadline.Loadline;
import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.LoadlineProperties;
import io.loadline.spring.internal.InvalidSettingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/** Pauses message listeners while the gate before messages is shut, if told to. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(Loadline.class)
public final class LoadlineIntakeAutoConfiguration {
    private static final String ENABLED = "loadline.guard.intake.enabled";

    @Bean
    @ConditionalOnProperty(name = ENABLED)
    ListenerIntake loadlineListenerIntake(
            Loadline loadline,
            LoadlineProperties properties,
            Environment environment,
            ObjectProvider<ContainerSource> sources) {
        if (!properties.guard().intake().enabled()) {
            // The conditions know false only.
            throw new InvalidSettingException(ENABLED, environment.getProperty(ENABLED), "it is true or false", null);
        }
        List<Supplier<Collection<HeldContainer>>> containers = new ArrayList<>();
        sources.orderedStream().forEach(source -> containers.add(source::containers));
        ListenerIntake intake = new ListenerIntake(
                loadline.intake(),
                loadline.drain(),
                loadline.heartbeat(),
                containers,
                properties.guard().intake().exclude());
        loadline.drain().add(intake.participant());
        return intake;
    }

    /** Containers of one kind. */
    @FunctionalInterface
    interface ContainerSource {
        Collection<HeldContainer> containers();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(KafkaListenerEndpointRegistry.class)
    @ConditionalOnProperty(name = ENABLED)
    static class KafkaConfiguration {

        @Bean
        static KafkaIntake.PauseAfterRecord loadlineKafkaPause() {
            return new KafkaIntake.PauseAfterRecord();
        }

        @Bean
        ContainerSource loadlineKafkaContainers(ConfigurableListableBeanFactory beans) {
            return () -> KafkaIntake.containers(beans);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RabbitListenerEndpointRegistry.class)
    @ConditionalOnProperty(name = ENABLED)
    static class RabbitConfiguration {

        @Bean
        ContainerSource loadlineRabbitContainers(ConfigurableListableBeanFactory beans) {
            return () -> RabbitIntake.containers(beans);
        }
    }
}
