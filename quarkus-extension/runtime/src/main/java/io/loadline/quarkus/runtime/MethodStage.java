/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.quarkus.runtime.StageMethods.Found;
import io.loadline.quarkus.runtime.config.Expressions;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.DeferredStartup.OnFailure;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.FailurePolicy.Last;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupStage;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A method of a bean that is to be a stage. Immutable. */
record MethodStage(Found found, Method method, DeferredStartup declared) {

    /** Finds the method again, which the build has looked at. */
    static MethodStage of(Found found) {
        try {
            Class<?> type = Class.forName(
                    found.getDeclaringClass(), true, Thread.currentThread().getContextClassLoader());
            Method method = found.isContext()
                    ? type.getDeclaredMethod(found.getMethod(), StageContext.class)
                    : type.getDeclaredMethod(found.getMethod());
            method.setAccessible(true);
            return new MethodStage(found, method, method.getAnnotation(DeferredStartup.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a startup stage has gone: " + found.getDeclaringClass(), e);
        }
    }

    /**
     * The stage.
     *
     * @throws ConfigurationException if the annotation has a wrong value
     */
    StartupStage stage() {
        String name = Expressions.resolve(declared.name());
        String used = name.isEmpty() ? found.getBeanName() + "." + found.getMethod() : name;
        StartupStage.Builder stage = attribute("name", used, () -> StartupStage.builder(used, this::call));
        stage.tier(declared.tier());
        set("estimate", declared.estimate(), text -> stage.estimateBytes(bytes(text)));
        set("timeout", declared.timeout(), text -> stage.timeout(DurationConverter.parseDuration(text)));
        for (String after : declared.after()) {
            set("after", after, stage::dependsOn);
        }
        stage.onFailure(policy());
        if (!declared.gated()) {
            stage.ungated();
        }
        if (declared.whenIdle()) {
            if (declared.tier() != StageTier.BACKGROUND) {
                throw refused("whenIdle", true, "it is for background stages, its tier is " + declared.tier());
            }
            stage.whenIdle();
        }
        return attribute("after", String.join(", ", declared.after()), stage::build);
    }

    private FailurePolicy policy() {
        OnFailure choice = declared.onFailure();
        boolean fails = choice == OnFailure.BY_TIER ? declared.tier() == StageTier.CRITICAL : choice == OnFailure.FAIL;
        String backoff = Expressions.resolve(declared.backoff());
        Duration wait = attribute("backoff", backoff, () -> DurationConverter.parseDuration(backoff));
        return attribute(
                "retries or backoff",
                declared.retries() + ", " + backoff,
                () -> new FailurePolicy(declared.retries(), wait, fails ? Last.FAIL : Last.DEGRADE));
    }

    /** The bean is made when the stage runs, unless somebody else needs it before. */
    private void call(StageContext context) throws Exception {
        ArcContainer container = Arc.container();
        Object bean = container.instance(container.bean(found.getBeanId())).get();
        try {
            Object unused = found.isContext() ? method.invoke(bean, context) : method.invoke(bean);
        } catch (InvocationTargetException e) {
            throw rethrown(e.getTargetException());
        }
    }

    private static Exception rethrown(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof Exception exception ? exception : new IllegalStateException(failure);
    }

    /** KB, MB and GB are the library's, K, M and G those of Quarkus. */
    private static long bytes(String text) {
        String size = text.toUpperCase(Locale.ROOT);
        return new MemorySizeConverter()
                .convert(
                        size.endsWith("B")
                                ? size.substring(0, size.length() - 1).strip()
                                : size)
                .asLongValue();
    }

    private void set(String attribute, String text, Consumer<String> setter) {
        String value = Expressions.resolve(text);
        if (!value.isEmpty()) {
            Object unused = attribute(attribute, value, () -> {
                setter.accept(value);
                return value;
            });
        }
    }

    private <T> T attribute(String attribute, Object value, Supplier<T> use) {
        try {
            return use.get();
        } catch (IllegalArgumentException | ArithmeticException | IllegalStateException e) {
            throw refused(attribute, value, String.valueOf(e.getMessage()));
        }
    }

    private ConfigurationException refused(String attribute, Object value, String allowed) {
        return new ConfigurationException("The method " + found.getDeclaringClass() + "#" + found.getMethod()
                + " cannot be a startup stage: " + attribute + " = " + value + ": " + allowed + ". Change " + attribute
                + " of its @DeferredStartup.");
    }
}
