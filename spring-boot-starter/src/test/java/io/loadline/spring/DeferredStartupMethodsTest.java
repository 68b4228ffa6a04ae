/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.startup.DeferredStartup;
import io.loadline.startup.DeferredStartup.OnFailure;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.FailurePolicy.Last;
import io.loadline.startup.InlineStart;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

class DeferredStartupMethodsTest {

    @Test
    void method_withAllAttributes_isAStageWithThem() {
        StartupStage stage = only(Complete.class);
        assertThat(stage.name()).isEqualTo("prices");
        assertThat(stage.tier()).isEqualTo(StageTier.BACKGROUND);
        assertThat(stage.estimateBytes()).hasValue(7 << 20);
        assertThat(stage.dependsOn()).containsExactly("customers", "products");
        assertThat(stage.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(stage.onFailure()).isEqualTo(new FailurePolicy(3, Duration.ofSeconds(2), Last.FAIL));
        assertThat(stage.isGated()).isFalse();
        assertThat(stage.isWhenIdle()).isTrue();
    }

    @Test
    void method_withoutAttributes_hasTheDefaultsOfAStage() {
        StartupStage stage = only(Plain.class);
        assertThat(stage.name()).isEqualTo("bean.load");
        assertThat(stage.tier()).isEqualTo(StageTier.CRITICAL);
        assertThat(stage.estimateBytes()).isEmpty();
        assertThat(stage.timeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(stage.onFailure().last()).isEqualTo(Last.FAIL);
        assertThat(stage.isGated()).isTrue();
    }

    @Test
    void lowerTier_withoutPolicy_degrades() {
        assertThat(only(Lower.class).onFailure().last()).isEqualTo(Last.DEGRADE);
    }

    @Test
    void stage_run_callsTheMethodWithItsContext() throws Exception {
        List<Object> calls = new ArrayList<>();
        StartupStage stage = only(Recording.class, () -> new Recording(calls));
        StageContext context = InlineStart.context("test");
        stage.action().run(context);
        assertThat(calls).containsExactly(context);
    }

    @Test
    void stage_whoseMethodThrows_throwsThat() {
        StartupStage stage = only(Throwing.class);
        assertThatThrownBy(() -> stage.action().run(InlineStart.context("test")))
                .isExactlyInstanceOf(java.io.IOException.class)
                .hasMessage("on purpose");
    }

    @Test
    void stage_ofAProxy_isCalledThroughIt() throws Exception {
        List<Object> calls = new ArrayList<>();
        StartupStage stage = only(Loader.class, () -> {
            ProxyFactory proxy = new ProxyFactory(new InterfaceBean(calls));
            proxy.addAdvice((org.aopalliance.intercept.MethodInterceptor) invocation -> {
                calls.add("advice");
                return invocation.proceed();
            });
            return (Loader) proxy.getProxy();
        });
        stage.action().run(InlineStart.context("test"));
        assertThat(calls).containsExactly("advice", "loaded");
    }

    @Test
    void bean_madeAfterTheStagesWereTaken_addsNone() {
        try (AnnotationConfigApplicationContext context = context()) {
            RootBeanDefinition lazy = new RootBeanDefinition(Plain.class);
            lazy.setLazyInit(true);
            context.registerBeanDefinition("bean", lazy);
            context.refresh();
            DeferredStartupMethods methods = context.getBean(DeferredStartupMethods.class);
            assertThat(methods.take()).isEmpty();
            assertThat(context.getBean(Plain.class)).isNotNull();
            assertThat(methods.take()).isEmpty();
        }
    }

    @Test
    void methodThatCannotBeAStage_isRefused() {
        assertRefused(Returning.class, "Returning#load cannot be a startup stage: it returns String");
        assertRefused(Parameters.class, "Parameters#load cannot be a startup stage: it has parameters");
        assertRefused(BeanMethod.class, "it makes a bean");
        assertRefused(WrongEstimate.class, "estimate = much");
        assertRefused(NegativeEstimate.class, "estimateBytes of stage 'bean.load' must not be negative: -1048576");
        assertRefused(WrongTimeout.class, "timeout = soon");
        assertRefused(NegativeRetries.class, "retries must not be negative: -1");
        assertRefused(IdleAndCritical.class, "whenIdle is for background stages, its tier is CRITICAL");
        assertRefused(NegativeTimeout.class, "timeout = -1s: timeout of stage 'bean.load' must be positive");
        assertRefused(NegativeTimeout.class, "and at most 1 day: -1s");
    }

    @Test
    void methodOfAPrototype_isRefused() {
        try (AnnotationConfigApplicationContext context = context()) {
            RootBeanDefinition prototype = new RootBeanDefinition(Plain.class);
            prototype.setScope(BeanDefinition.SCOPE_PROTOTYPE);
            context.registerBeanDefinition("bean", prototype);
            context.refresh();
            assertThatThrownBy(() -> context.getBean(Plain.class))
                    .rootCause()
                    .hasMessageContaining("its bean 'bean' is made more than once");
        }
    }

    @Test
    void methodThatAProxyDoesNotHave_isRefused() {
        assertThatThrownBy(() -> only(Supplier.class, () -> {
                    ProxyFactory proxy = new ProxyFactory(new HiddenByProxy());
                    return (Supplier<?>) proxy.getProxy();
                }))
                .rootCause()
                .hasMessageContaining("load");
    }

    private static void assertRefused(Class<?> type, String reason) {
        assertThatThrownBy(() -> only(type))
                .hasStackTraceContaining(InvalidStageException.class.getName())
                .hasStackTraceContaining(reason);
    }

    private static StartupStage only(Class<?> type) {
        try (AnnotationConfigApplicationContext context = context()) {
            context.registerBeanDefinition("bean", new RootBeanDefinition(type));
            return only(context);
        }
    }

    private static <T> StartupStage only(Class<T> type, Supplier<T> supplier) {
        try (AnnotationConfigApplicationContext context = context()) {
            context.registerBean("bean", type, supplier);
            return only(context);
        }
    }

    private static StartupStage only(AnnotationConfigApplicationContext context) {
        context.refresh();
        List<StartupStage> stages =
                context.getBean(DeferredStartupMethods.class).take();
        assertThat(stages).hasSize(1);
        return stages.get(0);
    }

    private static AnnotationConfigApplicationContext context() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("size", "7MB", "other", "products")));
        context.registerBean(DeferredStartupMethods.class);
        return context;
    }

    static class Complete {
        @DeferredStartup(
                name = "prices",
                tier = StageTier.BACKGROUND,
                estimate = "${size}",
                after = {"customers", "${other}"},
                timeout = "90s",
                retries = 3,
                backoff = "2s",
                onFailure = OnFailure.FAIL,
                gated = false,
                whenIdle = true)
        void load() {}
    }

    static class Plain {
        @DeferredStartup
        void load() {}
    }

    static class Lower {
        @DeferredStartup(tier = StageTier.IMPORTANT, retries = 1)
        void load() {}
    }

    static class Recording {
        private final List<Object> calls;

        Recording(List<Object> calls) {
            this.calls = calls;
        }

        @DeferredStartup
        @SuppressWarnings("UnusedMethod") // called by reflection
        private void load(StageContext stage) {
            calls.add(stage);
        }
    }

    static class Throwing {
        @DeferredStartup
        void load() throws java.io.IOException {
            throw new java.io.IOException("on purpose");
        }
    }

    interface Loader {
        void load();
    }

    static class InterfaceBean implements Loader {
        private final List<Object> calls;

        InterfaceBean(List<Object> calls) {
            this.calls = calls;
        }

        @Override
        @DeferredStartup
        public void load() {
            calls.add("loaded");
        }
    }

    static class HiddenByProxy implements Supplier<String> {
        @Override
        public String get() {
            return "";
        }

        @DeferredStartup
        public void load() {}
    }

    static class Returning {
        @DeferredStartup
        String load() {
            return "";
        }
    }

    static class Parameters {
        @DeferredStartup
        void load(String text) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class BeanMethod {
        @Bean
        @DeferredStartup
        String load() {
            return "";
        }
    }

    static class WrongEstimate {
        @DeferredStartup(estimate = "much")
        void load() {}
    }

    static class NegativeEstimate {
        @DeferredStartup(estimate = "-1MB")
        void load() {}
    }

    static class WrongTimeout {
        @DeferredStartup(timeout = "soon")
        void load() {}
    }

    static class NegativeTimeout {
        @DeferredStartup(timeout = "-1s")
        void load() {}
    }

    static class NegativeRetries {
        @DeferredStartup(retries = -1)
        void load() {}
    }

    static class IdleAndCritical {
        @DeferredStartup(whenIdle = true)
        void load() {}
    }
}
