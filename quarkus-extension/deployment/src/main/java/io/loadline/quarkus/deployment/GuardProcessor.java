/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.quarkus.Guarded;
import io.loadline.quarkus.runtime.LoadlineRecorder;
import io.loadline.quarkus.runtime.method.GuardNames;
import io.loadline.quarkus.runtime.method.GuardedInterceptor;
import io.loadline.quarkus.runtime.method.MethodGuards;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem.ValidationErrorBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ServiceProviderBuildItem;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.DotName;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/** Puts guards in front of beans' methods and REST clients. */
class GuardProcessor {
    private static final DotName GUARDED = DotName.createSimple(Guarded.class);
    private static final String CLIENT_GUARDS = "io.loadline.quarkus.runtime.client.ClientGuards";
    private static final String REST_FAILURES = "io.loadline.quarkus.runtime.rest.RestFailures";
    private static final String LISTENER = "io.loadline.quarkus.runtime.client.ClientListener";
    private static final String CLIENT_LISTENER = "org.eclipse.microprofile.rest.client.spi.RestClientListener";

    @BuildStep
    void beans(
            Capabilities capabilities,
            BuildProducer<AdditionalBeanBuildItem> beans,
            BuildProducer<ServiceProviderBuildItem> services) {
        AdditionalBeanBuildItem.Builder builder = AdditionalBeanBuildItem.builder()
                .setUnremovable()
                .addBeanClasses(MethodGuards.class, GuardedInterceptor.class);
        if (capabilities.isPresent(Capability.REST_CLIENT_REACTIVE)) {
            builder.addBeanClasses(CLIENT_GUARDS, REST_FAILURES);
            services.produce(new ServiceProviderBuildItem(CLIENT_LISTENER, LISTENER));
        }
        beans.produce(builder.build());
    }

    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    SyntheticBeanBuildItem names(
            LoadlineRecorder recorder,
            Capabilities capabilities,
            CombinedIndexBuildItem index,
            BeanDiscoveryFinishedBuildItem beans,
            BuildProducer<ValidationErrorBuildItem> errors) {
        InterceptedMethods methods =
                new InterceptedMethods(index.getIndex(), GUARDED, ConcurrencyLimitedProcessor.classes(beans), false);
        Set<String> names = new TreeSet<>();
        Map<String, String> ofClients = new TreeMap<>();
        List<Throwable> wrong = new ArrayList<>();
        for (AnnotationInstance each : methods.all()) {
            String name = each.value().asString();
            // Of what a client streams its guard sees the beginning.
            boolean ofClient = InterceptedMethods.isOfClient(each);
            String why = name.isBlank()
                    ? "its dependency has no name. Give it one."
                    : ofClient ? whyNoClient(capabilities) : methods.whyNot(each);
            if (why == null) {
                names.add(name);
                if (ofClient) {
                    ofClients.put(placeOfClient(each.target()), name);
                }
            } else {
                wrong.add(new DefinitionException(
                        "Calls of " + InterceptedMethods.place(each) + " cannot be guarded: " + why));
            }
        }
        if (!wrong.isEmpty()) {
            errors.produce(new ValidationErrorBuildItem(wrong.toArray(Throwable[]::new)));
        }
        return SyntheticBeanBuildItem.configure(GuardNames.class)
                .scope(Singleton.class)
                .unremovable()
                .runtimeValue(recorder.guardNames(new ArrayList<>(names), ofClients))
                .done();
    }

    /** As it is looked up with a request, without reflection. */
    private static String placeOfClient(AnnotationTarget target) {
        if (target.kind() == AnnotationTarget.Kind.CLASS) {
            return target.asClass().name().toString();
        }
        MethodInfo method = target.asMethod();
        return GuardNames.place(
                method.declaringClass().name().toString(),
                method.name(),
                method.parameterTypes().stream()
                        .map(each -> each.name().toString())
                        .toList());
    }

    private static @Nullable String whyNoClient(Capabilities capabilities) {
        return capabilities.isPresent(Capability.REST_CLIENT_REACTIVE)
                ? null
                : "it is no client of quarkus-rest-client. Guard the methods that use it.";
    }
}
