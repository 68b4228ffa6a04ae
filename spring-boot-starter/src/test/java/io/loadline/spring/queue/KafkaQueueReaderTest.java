/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.signal.Backlog;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;

@Timeout(60)
class KafkaQueueReaderTest {
    private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
    private final KafkaQueueReader reader = new KafkaQueueReader(beans);

    KafkaQueueReaderTest() {
        ContainerProperties properties = new ContainerProperties("orders");
        properties.setGroupId("group");
        beans.registerSingleton(
                "container",
                new KafkaMessageListenerContainer<>(new DefaultKafkaConsumerFactory<>(Map.of()), properties));
    }

    /** Nobody answers for the names of brokers, for example. */
    @Test
    void destroy_whileAClientIsMade_doesNotWaitForThat() throws Exception {
        CountDownLatch makes = new CountDownLatch(1);
        CompletableFuture<Void> released = new CompletableFuture<>();
        beans.registerSingleton(
                "admin", new KafkaAdmin(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1")) {
                    @Override
                    public Map<String, Object> getConfigurationProperties() {
                        makes.countDown();
                        released.join();
                        return super.getConfigurationProperties();
                    }
                });
        FutureTask<Backlog.Counts> read =
                new FutureTask<>(() -> reader.source("orders").read());
        new Thread(read).start();
        makes.await();
        reader.destroy();
        released.complete(null);

        assertThatThrownBy(read::get).hasRootCauseMessage("the application stops");
    }

    @Test
    void read_withoutAnAdminOfTheApplication_saysSo() {
        assertThatThrownBy(() -> reader.source("orders").read()).hasMessage("there must be one KafkaAdmin: 0");
        assertThat(beans.getSingletonNames()).containsExactly("container");
    }
}
