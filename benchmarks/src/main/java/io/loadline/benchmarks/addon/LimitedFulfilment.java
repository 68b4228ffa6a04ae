/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.addon;

import io.loadline.Loadline;
import io.loadline.guard.IntakeGate;
import java.util.concurrent.Callable;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Makes the fulfilment of each order that came as a message a call of the limiter, as listeners do that call {@link
 * IntakeGate#handle}.
 */
@Configuration(proxyBeanMethods = false)
public class LimitedFulfilment {
    private static final String FULFILMENT = "io.loadline.samples.orders.Fulfilment";
    private static final long BACK_OFF_MILLIS = 100;

    @Bean
    static BeanPostProcessor limitedFulfilments(ObjectProvider<Loadline> loadline) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                if (!bean.getClass().getName().equals(FULFILMENT)) {
                    return bean;
                }
                ProxyFactory proxy = new ProxyFactory(bean);
                proxy.setProxyTargetClass(true);
                proxy.addAdvice((MethodInterceptor) call -> limited(loadline.getObject(), call));
                return proxy.getProxy(bean.getClass().getClassLoader());
            }
        };
    }

    /** What was not admitted in time is tried again until it is: nothing is given up. */
    @Bean
    CommonErrorHandler patientErrorHandler() {
        return new DefaultErrorHandler(new FixedBackOff(BACK_OFF_MILLIS, FixedBackOff.UNLIMITED_ATTEMPTS));
    }

    private static @Nullable Object limited(Loadline loadline, MethodInvocation call) throws Exception {
        Callable<@Nullable Object> message = () -> {
            try {
                return call.proceed();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
        return loadline.intake().handle(loadline.limiter().route("orders"), message);
    }
}
