/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.quarkus.runtime.drain.CountedWork;
import io.loadline.quarkus.runtime.drain.CountedWorkInterceptor;
import io.loadline.quarkus.runtime.drain.DrainParticipants;
import io.loadline.quarkus.runtime.drain.ExecutorTasks;
import io.loadline.quarkus.runtime.drain.RunningWork;
import io.loadline.quarkus.runtime.queue.CompletedMessages;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.AnnotationsTransformerBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.RunTimeConfigurationDefaultBuildItem;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTransformation;
import org.jboss.jandex.DotName;
import org.jboss.jandex.MethodInfo;

/** Has what takes part in the drain beside requests made, as far as the application has it. */
class ParticipantProcessor {
    private static final String SCHEDULED_JOBS = "io.loadline.quarkus.runtime.drain.ScheduledJobs";

    private static final DotName INCOMING =
            DotName.createSimple("org.eclipse.microprofile.reactive.messaging.Incoming");

    /** What kind of work methods with an annotation do. */
    private static final Map<DotName, String> WORK = Map.of(
            DotName.createSimple("io.quarkus.scheduler.Scheduled"),
            CountedWork.JOBS,
            DotName.createSimple("io.quarkus.scheduler.Scheduled$Schedules"),
            CountedWork.JOBS,
            INCOMING,
            CountedWork.MESSAGES,
            DotName.createSimple("io.smallrye.reactive.messaging.annotations.Incomings"),
            CountedWork.MESSAGES);

    private static final String MESSAGING = "io.loadline.quarkus.runtime.messaging.";
    private static final String CONNECTOR_SETTINGS = "mp.messaging.connector.";
    private static final String PAUSABLE = ".pausable";

    /** Those whose channels may be paused. */
    private static final List<String> CONNECTORS = List.of(
            "smallrye-kafka",
            "smallrye-rabbitmq",
            "smallrye-amqp",
            "smallrye-mqtt",
            "smallrye-pulsar",
            "smallrye-jms",
            "smallrye-in-memory");

    @BuildStep
    void participants(Capabilities capabilities, BuildProducer<AdditionalBeanBuildItem> beans) {
        AdditionalBeanBuildItem.Builder builder = AdditionalBeanBuildItem.builder()
                .setUnremovable()
                .addBeanClasses(
                        CompletedMessages.class,
                        CountedWorkInterceptor.class,
                        DrainParticipants.class,
                        ExecutorTasks.class,
                        RunningWork.class);
        if (capabilities.isPresent(Capability.SCHEDULER)) {
            builder.addBeanClasses(SCHEDULED_JOBS);
        }
        if (capabilities.isPresent(Capability.MESSAGING)) {
            builder.addBeanClasses(MESSAGING + "IncomingChannels", MESSAGING + "ChannelIntake");
        }
        beans.produce(builder.build());
    }

    /** No bean has what is private or static, so nothing can stand in front of it. */
    @BuildStep
    AnnotationsTransformerBuildItem countedWork() {
        return new AnnotationsTransformerBuildItem(AnnotationTransformation.forMethods()
                .whenMethod(method -> !Modifier.isPrivate(method.flags()) && !Modifier.isStatic(method.flags()))
                .whenAnyMatch(List.copyOf(WORK.keySet()))
                .transform(context -> context.add(AnnotationInstance.builder(CountedWork.class)
                        .add("value", kind(context.declaration().asMethod()))
                        .add("channel", channel(context.declaration().asMethod()))
                        .build())));
    }

    /**
     * By default channels cannot be paused. Set for connectors, and so below whatever is set for channels. What has been asked for
     * when one is paused is handled rather than kept, unless the application has thought of that itself.
     */
    @BuildStep
    void pausableChannels(Capabilities capabilities, BuildProducer<RunTimeConfigurationDefaultBuildItem> defaults) {
        if (capabilities.isMissing(Capability.MESSAGING)) {
            return;
        }
        boolean isOwn = StreamSupport.stream(
                        ConfigProvider.getConfig().getPropertyNames().spliterator(), false)
                .anyMatch(name -> name.startsWith("mp.messaging.") && name.endsWith(PAUSABLE));
        for (String connector : CONNECTORS) {
            String key = CONNECTOR_SETTINGS + connector + PAUSABLE;
            defaults.produce(new RunTimeConfigurationDefaultBuildItem(key, "true"));
            if (!isOwn) {
                defaults.produce(new RunTimeConfigurationDefaultBuildItem(key + ".buffer-strategy", "IGNORE"));
            }
        }
    }

    private static String kind(MethodInfo method) {
        return WORK.entrySet().stream()
                .filter(each -> method.hasDeclaredAnnotation(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(CountedWork.JOBS);
    }

    /** Of what comes from several nobody tells from which. */
    private static String channel(MethodInfo method) {
        AnnotationInstance incoming = method.declaredAnnotation(INCOMING);
        return incoming == null ? "" : incoming.value().asString();
    }
}
