/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.quarkus.runtime.queue.QueueReader.Kind;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.bootstrap.classloading.QuarkusClassLoader;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveMethodBuildItem;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Has the messages counted that wait for channels, by brokers whose connectors the application has. */
class QueueProcessor {
    private static final String READERS = "io.loadline.quarkus.runtime.queue.";

    private static final Map<Kind, String> CONNECTORS = Map.of(
            Kind.TOPIC, "io.smallrye.reactive.messaging.kafka.KafkaConnector",
            Kind.QUEUE, "io.smallrye.reactive.messaging.rabbitmq.RabbitMQConnector");

    /** Those that can be read, in the order of their constants. */
    static List<Kind> kinds() {
        return Arrays.stream(Kind.values())
                .filter(each -> QuarkusClassLoader.isClassPresentAtRuntime(CONNECTORS.get(each)))
                .toList();
    }

    @BuildStep
    void readers(BuildProducer<AdditionalBeanBuildItem> beans, BuildProducer<ReflectiveMethodBuildItem> reflective) {
        List<Kind> kinds = kinds();
        if (kinds.contains(Kind.TOPIC)) {
            beans.produce(AdditionalBeanBuildItem.unremovableOf(READERS + "KafkaQueueReader"));
        }
        if (kinds.contains(Kind.QUEUE)) {
            beans.produce(AdditionalBeanBuildItem.unremovableOf(READERS + "RabbitQueueReader"));
            reflective.produce(new ReflectiveMethodBuildItem(
                    "makes connections to ask for the depth of queues",
                    false,
                    "io.vertx.rabbitmq.impl.RabbitMQClientImpl",
                    "newConnection",
                    "io.vertx.core.Vertx",
                    "io.vertx.rabbitmq.RabbitMQOptions"));
        }
    }
}
