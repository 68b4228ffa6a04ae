/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.spring.internal.Durations;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.DeferredStartup.OnFailure;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.FailurePolicy.Last;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupStage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.util.unit.DataSize;

/** A method of a bean that is to be a stage. Immutable. */
record MethodStage(
        Object bean, String beanName, Method method, DeferredStartup declared, StringValueResolver placeholders) {

    /**
     * The stage.
     *
     * @throws InvalidStageException if the method cannot be called as a stage or the annotation has a wrong value
     */
    StartupStage stage() {
        Method callable = callable();
        String name = resolve(declared.name());
        StartupStage.Builder stage = attribute(
                "name",
                name,
                () -> StartupStage.builder(
                        name.isEmpty() ? beanName + "." + method.getName() : name, context -> call(callable, context)));
        stage.tier(declared.tier());
        set(
                "estimate",
                declared.estimate(),
                text -> stage.estimateBytes(DataSize.parse(text).toBytes()));
        set("timeout", declared.timeout(), text -> stage.timeout(DurationStyle.detectAndParse(text)));
        for (String after : declared.after()) {
            set("after", after, stage::dependsOn);
        }
        stage.onFailure(policy());
        if (!declared.gated()) {
            stage.ungated();
        }
        if (declared.whenIdle()) {
            stage.whenIdle();
        }
        if (declared.whenIdle() && declared.tier() != StageTier.BACKGROUND) {
            throw refused(
                    "whenIdle is for background stages, its tier is " + declared.tier(),
                    "Change tier of its @DeferredStartup to BACKGROUND, or leave whenIdle out.",
                    null);
        }
        return attribute("after", String.join(", ", declared.after()), stage::build);
    }

    /** Class and method, for people. */
    static String describe(Method method) {
        return method.getDeclaringClass().getName() + "#" + method.getName();
    }

    private FailurePolicy policy() {
        OnFailure choice = declared.onFailure();
        boolean fails = choice == OnFailure.BY_TIER ? declared.tier() == StageTier.CRITICAL : choice == OnFailure.FAIL;
        String backoff = resolve(declared.backoff());
        Duration wait = attribute("backoff", backoff, () -> DurationStyle.detectAndParse(backoff));
        return attribute(
                "retries or backoff",
                declared.retries() + ", " + backoff,
                () -> new FailurePolicy(declared.retries(), wait, fails ? Last.FAIL : Last.DEGRADE));
    }

    /** The method as it can be called on the bean, which may be a proxy. */
    private Method callable() {
        if (AnnotatedElementUtils.hasAnnotation(method, Bean.class)) {
            throw refused("it makes a bean", "Annotate a method of that bean instead.", null);
        }
        Class<?>[] parameters = method.getParameterTypes();
        if (parameters.length > 1 || (parameters.length == 1 && parameters[0] != StageContext.class)) {
            throw refused("it has parameters", "Leave it a StageContext, or none.", null);
        }
        if (method.getReturnType() != void.class) {
            throw refused(
                    "it returns " + method.getReturnType().getSimpleName() + ", which nobody would wait for or use",
                    "Let it do its work before it returns, and return nothing.",
                    null);
        }
        try {
            Method callable = AopUtils.selectInvocableMethod(method, bean.getClass());
            ReflectionUtils.makeAccessible(callable);
            return callable;
        } catch (IllegalStateException e) {
            throw refused(
                    "the proxy of its bean does not have it",
                    "Make it public, or declare it in an interface of the bean.",
                    e);
        }
    }

    private void call(Method callable, StageContext context) throws Exception {
        try {
            Object unused = callable.getParameterCount() == 0 ? callable.invoke(bean) : callable.invoke(bean, context);
        } catch (InvocationTargetException e) {
            ReflectionUtils.rethrowException(e.getTargetException());
        }
    }

    private void set(String attribute, String text, Consumer<String> setter) {
        String value = resolve(text);
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
            throw refused(
                    attribute + " = " + value + ": " + Durations.readable(String.valueOf(e.getMessage())),
                    "Change " + attribute + " of its @DeferredStartup.",
                    e);
        }
    }

    private String resolve(String text) {
        String resolved = placeholders.resolveStringValue(text);
        return resolved == null ? "" : resolved.strip();
    }

    private InvalidStageException refused(String reason, String action, @Nullable Exception cause) {
        return new InvalidStageException(
                "The method " + describe(method) + " cannot be a startup stage: " + reason, action, cause);
    }
}
