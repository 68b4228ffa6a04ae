/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.config.SimpleRabbitListenerContainerFactory;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.ProxyFactory;

class CompletedMessagesTest {
    private final CompletedMessages completed = new CompletedMessages(true);
    private int attempts;

    /** As a container calls its listener: once for each delivery, through the advices. */
    interface Listener {
        void invokeListener(Object channel, Object data);
    }

    private static Listener listener(Listener target, Advice... advices) {
        ProxyFactory factory = new ProxyFactory();
        factory.addInterface(Listener.class);
        factory.setTarget(target);
        for (Advice each : advices) {
            factory.addAdvice(each);
        }
        return (Listener) factory.getProxy();
    }

    private static Message of(String queue) {
        MessageProperties properties = new MessageProperties();
        properties.setConsumerQueue(queue);
        return new Message(new byte[0], properties);
    }

    @Test
    void messages_areCountedByQueue_oneByOneOrInBatches() {
        Listener listener = listener((channel, data) -> {}, completed);
        listener.invokeListener("channel", of("orders"));
        listener.invokeListener("channel", List.of(of("orders"), of("orders"), of("mails")));

        assertThat(completed.of("orders")).isEqualTo(3);
        assertThat(completed.of("mails")).isEqualTo(1);
        assertThat(completed.of("other")).isZero();
    }

    @Test
    void message_thatFails_isNotDone() {
        Listener listener = listener(
                (channel, data) -> {
                    throw new IllegalStateException("no");
                },
                completed);
        assertThatThrownBy(() -> listener.invokeListener("channel", of("orders")))
                .hasMessage("no");

        assertThat(completed.of("orders")).isZero();
    }

    @Test
    void message_thatIsTriedAgainInPlace_countsOnce() {
        MethodInterceptor twice = invocation -> {
            Object first = ((ProxyMethodInvocation) invocation).invocableClone().proceed();
            assertThat(first).isNull();
            return invocation.proceed();
        };
        SimpleRabbitListenerContainerFactory factory = new SimpleRabbitListenerContainerFactory();
        factory.setAdviceChain(twice);
        assertThat(completed.postProcessBeforeInitialization(factory, "factory"))
                .isSameAs(factory);

        assertThat(factory.getAdviceChain()).containsExactly(completed, twice);
        listener((channel, data) -> attempts++, factory.getAdviceChain()).invokeListener("channel", of("orders"));
        assertThat(attempts).isEqualTo(2);
        assertThat(completed.of("orders")).isEqualTo(1);
    }

    @Test
    void containerOfItsOwn_hasTheAdvice_asAFactoryWithoutAny() {
        Advices container = new Advices();
        SimpleRabbitListenerContainerFactory factory = new SimpleRabbitListenerContainerFactory();
        assertThat(completed.postProcessBeforeInitialization(container, "container"))
                .isSameAs(container);
        assertThat(completed.postProcessBeforeInitialization(factory, "factory"))
                .isSameAs(factory);

        assertThat(container.advices()).containsExactly(completed);
        assertThat(factory.getAdviceChain()).containsExactly(completed);
    }

    @Test
    void listeners_whileNoQueueIsNamed_areLeftAlone() {
        SimpleRabbitListenerContainerFactory factory = new SimpleRabbitListenerContainerFactory();
        assertThat(new CompletedMessages(false).postProcessBeforeInitialization(factory, "factory"))
                .isSameAs(factory);

        assertThat(factory.getAdviceChain()).isNull();
    }

    private static final class Advices extends SimpleMessageListenerContainer {
        Advice[] advices() {
            return getAdviceChain();
        }
    }
}
