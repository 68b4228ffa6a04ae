/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StartupStage;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.context.EmbeddedValueResolverAware;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodIntrospector.MetadataLookup;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.StringValueResolver;

/** Finds the methods with {@link DeferredStartup} in the application's beans as they are made. Thread-safe. */
final class DeferredStartupMethods implements BeanPostProcessor, BeanFactoryAware, EmbeddedValueResolverAware {
    /*
     * Every bean passes here, so nearly all must be let through for next to nothing: classes of the framework by their
     * name, all others once they have been looked through.
     */
    private static final Logger LOG = LoggerFactory.getLogger(DeferredStartupMethods.class);

    private final Set<Class<?>> withoutMethods = ConcurrentHashMap.newKeySet();

    /** Guarded by itself: beans may be made side by side. */
    private final List<StartupStage> stages = new ArrayList<>();

    /** Where the stage of that name was found. Guarded by the lock of the stages. */
    private final Map<String, String> places = new HashMap<>();

    /** Written under the lock of the stages; read under it. */
    private boolean taken;

    /** Set by the container before the first bean comes. */
    private BeanFactory beans;

    private StringValueResolver placeholders;

    @SuppressWarnings("NullAway.Init") // by the container
    DeferredStartupMethods() {}

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        this.beans = beanFactory;
    }

    @Override
    public void setEmbeddedValueResolver(StringValueResolver resolver) {
        this.placeholders = resolver;
    }

    /** The stages of all beans there are; those of a bean that is made later never run. */
    List<StartupStage> take() {
        synchronized (stages) {
            taken = true;
            return List.copyOf(stages);
        }
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AopInfrastructureBean) {
            return bean;
        }
        Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
        if (!withoutMethods.contains(type)) {
            Map<Method, DeferredStartup> methods = find(type);
            if (methods.isEmpty()) {
                withoutMethods.add(type);
            } else {
                checkSingleton(beanName, methods.keySet().iterator().next());
                methods.forEach((method, declared) -> add(
                        new MethodStage(bean, beanName, method, declared, placeholders).stage(),
                        MethodStage.describe(method) + " of bean '" + beanName + "'"));
            }
        }
        return bean;
    }

    /** Keeps beans that have such methods from being made lazily. */
    static LazyInitializationExcludeFilter excludeFilter() {
        return (name, definition, type) -> !find(type).isEmpty();
    }

    /** The methods of {@code type} that are to be stages, by name: the JVM gives them in an order that differs by run. */
    private static Map<Method, DeferredStartup> find(Class<?> type) {
        if (type.getName().startsWith("org.springframework.")
                || !AnnotationUtils.isCandidateClass(type, DeferredStartup.class)) {
            return Map.of();
        }
        MetadataLookup<DeferredStartup> lookup =
                method -> AnnotatedElementUtils.findMergedAnnotation(method, DeferredStartup.class);
        Map<Method, DeferredStartup> methods =
                new TreeMap<>(Comparator.comparing(Method::getName).thenComparing(Method::toGenericString));
        methods.putAll(MethodIntrospector.selectMethods(type, lookup));
        return methods;
    }

    private void checkSingleton(String beanName, Method method) {
        if (beans.containsBean(beanName) && !beans.isSingleton(beanName)) {
            throw new InvalidStageException(
                    "The method " + MethodStage.describe(method) + " cannot be a startup stage: its bean '" + beanName
                            + "' is made more than once",
                    "Move the method to a singleton bean.",
                    null);
        }
    }

    private void add(StartupStage stage, String place) {
        synchronized (stages) {
            if (!taken) {
                String other = places.putIfAbsent(stage.name(), place);
                if (other != null) {
                    throw new InvalidStageException(
                            "The methods " + other + " and " + place + " cannot both be the startup stage '"
                                    + stage.name() + "'",
                            "Give one of them another name.",
                            null);
                }
                stages.add(stage);
                return;
            }
        }
        LOG.warn("The {} will not run: its bean was made after the start had begun; do not make it lazily", stage);
    }
}
