/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainParticipant;
import io.loadline.spring.LoadlineAutoConfiguration;
import io.loadline.spring.LoadlineProperties;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/** Lets what has work of its own take part in the drain. Beans of type {@link DrainParticipant} do so, too. */
@AutoConfiguration(after = LoadlineAutoConfiguration.class)
@ConditionalOnProperty(name = "loadline.enabled", matchIfMissing = true)
@ConditionalOnBean(Loadline.class)
public final class LoadlineDrainAutoConfiguration {

    /** Static, since it comes before other beans are made, our properties among them. */
    @Bean
    static RunningTasks.Registry loadlineRunningTasks(Environment environment) {
        return new RunningTasks.Registry(takesPart(environment, "executors"));
    }

    @Bean
    SmartInitializingSingleton loadlineDrainParticipants(
            Loadline loadline,
            LoadlineProperties properties,
            ConfigurableListableBeanFactory beans,
            RunningTasks.Registry runningTasks,
            ObjectProvider<DrainParticipant> participants) {
        DrainCoordinator drain = loadline.drain();
        return () -> {
            if (properties.drain().participants().scheduled()) {
                drain.add(new ScheduledTasks(beans, loadline.heartbeat()));
            }
            if (properties.drain().participants().executors()) {
                drain.add(new TaskExecutors(beans, runningTasks, loadline.heartbeat(), loadline.limiter()));
            }
            participants.orderedStream().forEach(drain::add);
        };
    }

    private static boolean takesPart(Environment environment, String participant) {
        return Binder.get(environment)
                .bind("loadline.drain.participants." + participant, Boolean.class)
                .orElse(true);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(KafkaListenerEndpointRegistry.class)
    static class KafkaConfiguration {

        @Bean
        static KafkaListeners.StopAfterRecord loadlineKafkaStop(Environment environment) {
            return new KafkaListeners.StopAfterRecord(takesPart(environment, "kafka"));
        }

        @Bean
        SmartInitializingSingleton loadlineKafkaParticipant(
                Loadline loadline, LoadlineProperties properties, ConfigurableListableBeanFactory beans) {
            return () -> {
                if (properties.drain().participants().kafka()) {
                    loadline.drain().add(KafkaListeners.participant(beans));
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RabbitListenerEndpointRegistry.class)
    static class RabbitConfiguration {

        @Bean
        SmartInitializingSingleton loadlineRabbitParticipant(
                Loadline loadline, LoadlineProperties properties, ConfigurableListableBeanFactory beans) {
            return () -> {
                if (properties.drain().participants().rabbit()) {
                    loadline.drain().add(RabbitListeners.participant(beans, loadline.drain()));
                }
            };
        }
    }
}
