/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.config.BaseRabbitListenerContainerFactory;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ReflectionUtils;

/** Counts, by queue, the messages that RabbitMQ listeners have done. Thread-safe. */
final class CompletedMessages implements BeanPostProcessor, MethodInterceptor {
    /*
     * The broker does not tell who has done how many. So listeners get an advice, the outermost one: what is tried again
     * counts once. What fails is not done, wherever it goes: a dependency that is away has each delivery fail at once and go
     * back to the queue, and thousands of these a second would pass for what the service sustains.
     */
    /** Its setter is public. */
    private static final @Nullable Method ADVICE_CHAIN =
            ReflectionUtils.findMethod(AbstractMessageListenerContainer.class, "getAdviceChain");

    private final boolean enabled;
    private final Map<String, LongAdder> byQueue = new ConcurrentHashMap<>();

    CompletedMessages(boolean enabled) {
        this.enabled = enabled;
    }

    /** Since the start. */
    long of(String queue) {
        LongAdder count = byQueue.get(queue);
        return count == null ? 0 : count.sum();
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (enabled && bean instanceof BaseRabbitListenerContainerFactory<?> factory) {
            factory.setAdviceChain(withThis(factory.getAdviceChain()));
        } else if (enabled && bean instanceof AbstractMessageListenerContainer container && ADVICE_CHAIN != null) {
            ReflectionUtils.makeAccessible(ADVICE_CHAIN);
            container.setAdviceChain(withThis((Advice[]) ReflectionUtils.invokeMethod(ADVICE_CHAIN, container)));
        }
        return bean;
    }

    private Advice[] withThis(Advice @Nullable [] present) {
        if (present == null) {
            return new Advice[] {this};
        }
        Advice[] all = new Advice[present.length + 1];
        all[0] = this;
        System.arraycopy(present, 0, all, 1, present.length);
        return all;
    }

    /** Around a container's call of its listener, whose last argument is a message or a list of them. */
    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object result = invocation.proceed();
        Arrays.stream(invocation.getArguments()).forEach(this::count);
        return result;
    }

    private void count(@Nullable Object argument) {
        if (argument instanceof Message message) {
            String queue = message.getMessageProperties().getConsumerQueue();
            if (queue != null) {
                byQueue.computeIfAbsent(queue, name -> new LongAdder()).increment();
            }
        } else if (argument instanceof List<?> messages) {
            messages.forEach(this::count);
        }
    }
}
