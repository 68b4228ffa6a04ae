/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.RejectedException;
import io.loadline.quarkus.ConcurrencyLimited;
import io.loadline.quarkus.runtime.LoadlineRecorder;
import io.loadline.quarkus.runtime.method.ConcurrencyLimitedInterceptor;
import io.loadline.quarkus.runtime.method.LimitedMethods;
import io.loadline.quarkus.runtime.method.MethodLimits;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem.ValidationErrorBuildItem;
import io.quarkus.arc.processor.BeanInfo;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.resteasy.reactive.spi.ExceptionMapperBuildItem;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.DotName;
import org.jspecify.annotations.Nullable;

/** Has calls of beans' methods limited. */
class ConcurrencyLimitedProcessor {
    private static final DotName LIMITED = DotName.createSimple(ConcurrencyLimited.class);
    private static final DotName LIMITER = DotName.createSimple(ConcurrencyLimiter.class);
    private static final DotName IDENTIFIER = DotName.createSimple(Identifier.class);
    private static final String MAPPER = "io.loadline.quarkus.runtime.rest.RejectionMapper";
    private static final int AFTER_THE_APPLICATION = 6000;

    @BuildStep
    AdditionalBeanBuildItem beans() {
        return AdditionalBeanBuildItem.builder()
                .setUnremovable()
                .addBeanClasses(MethodLimits.class, ConcurrencyLimitedInterceptor.class)
                .build();
    }

    /** They are looked up by the names that annotations give. */
    @BuildStep
    UnremovableBeanBuildItem limiters() {
        return UnremovableBeanBuildItem.beanTypes(LIMITER);
    }

    @BuildStep
    void answers(Capabilities capabilities, BuildProducer<ExceptionMapperBuildItem> mappers) {
        if (capabilities.isPresent(Capability.RESTEASY_REACTIVE)) {
            mappers.produce(new ExceptionMapperBuildItem(
                    MAPPER, RejectedException.class.getName(), AFTER_THE_APPLICATION, false));
        }
    }

    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    SyntheticBeanBuildItem methods(
            LoadlineRecorder recorder,
            CombinedIndexBuildItem index,
            BeanDiscoveryFinishedBuildItem beans,
            BuildProducer<ValidationErrorBuildItem> errors) {
        InterceptedMethods methods = new InterceptedMethods(index.getIndex(), LIMITED, classes(beans), true);
        Set<String> limiters = limiters(beans);
        List<LimitedMethods.Found> found = new ArrayList<>();
        List<Throwable> wrong = new ArrayList<>();
        for (AnnotationInstance each : methods.all()) {
            List<String> texts = InterceptedMethods.texts(each, "limiter", "maxWait");
            String limiter = texts.get(0);
            String why = methods.whyNot(each);
            if (why == null && !limiter.isEmpty() && !limiters.contains(limiter)) {
                why = "there is no limiter '" + limiter
                        + "'. Make a bean of type ConcurrencyLimiter with @Identifier(\"" + limiter + "\").";
            }
            if (why == null) {
                found.add(new LimitedMethods.Found(InterceptedMethods.place(each), limiter, texts.get(1)));
            } else {
                wrong.add(new DefinitionException(
                        "Calls of " + InterceptedMethods.place(each) + " cannot be limited: " + why));
            }
        }
        if (!wrong.isEmpty()) {
            errors.produce(new ValidationErrorBuildItem(wrong.toArray(Throwable[]::new)));
        }
        return SyntheticBeanBuildItem.configure(LimitedMethods.class)
                .scope(Singleton.class)
                .unremovable()
                .runtimeValue(recorder.limitedMethods(found))
                .done();
    }

    static Set<DotName> classes(BeanDiscoveryFinishedBuildItem beans) {
        return beans.getBeans().stream()
                .filter(BeanInfo::isClassBean)
                .map(BeanInfo::getBeanClass)
                .collect(Collectors.toSet());
    }

    private static Set<String> limiters(BeanDiscoveryFinishedBuildItem beans) {
        return beans.getBeans().stream()
                .filter(bean -> bean.hasType(LIMITER))
                .map(bean -> bean.getQualifier(IDENTIFIER)
                        .map(ConcurrencyLimitedProcessor::value)
                        .orElse(null))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private static @Nullable String value(AnnotationInstance qualifier) {
        return qualifier.value() == null ? null : qualifier.value().asString();
    }
}
