/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import io.loadline.spring.internal.QueueReader;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/** Reads the queues that settings name. */
@AutoConfiguration
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
public final class LoadlineQueueAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(KafkaListenerEndpointRegistry.class)
    static class KafkaConfiguration {

        @Bean
        QueueReader loadlineKafkaQueueReader(ConfigurableListableBeanFactory beans) {
            return new KafkaQueueReader(beans);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RabbitListenerEndpointRegistry.class)
    static class RabbitConfiguration {

        /** Static, since it comes before other beans are made, our properties among them. */
        @Bean
        static CompletedMessages loadlineCompletedMessages(Environment environment) {
            boolean areAnyRead = Binder.get(environment)
                    .bind("loadline.signal.queues", Bindable.mapOf(String.class, Object.class))
                    .isBound();
            return new CompletedMessages(areAnyRead);
        }

        @Bean
        QueueReader loadlineRabbitQueueReader(ConfigurableListableBeanFactory beans, CompletedMessages completed) {
            return new RabbitQueueReader(beans, completed);
        }
    }
}
