/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.testing.RabbitBroker;
import io.loadline.testing.SampleProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

/** Runs the jar, unpacked since it is started often, with orders that come in through a RabbitMQ server. */
@Timeout(120)
class RabbitOrdersIT {
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final int ORDERS = 60;

    @TempDir
    static Path folder;

    private static Path jar;
    private static RabbitBroker broker;
    private static CachingConnectionFactory connections;
    private static RabbitTemplate rabbit;

    @BeforeAll
    static void startBroker() throws IOException {
        RabbitBroker.assumeInstalled();
        jar = SampleProcess.unpack(Path.of(System.getProperty("sample.jar")), folder.resolve("unpacked"));
        broker = new RabbitBroker(folder);
        connections = new CachingConnectionFactory("localhost", broker.port());
        rabbit = new RabbitTemplate(connections);
        rabbit.setReceiveTimeout(Duration.ofSeconds(20).toMillis());
        RabbitAdmin admin = new RabbitAdmin(rabbit);
        admin.declareQueue(new Queue("orders.placed"));
        admin.declareQueue(new Queue("orders.confirmed"));
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            connections.destroy();
            broker.close();
        }
    }

    @Test
    void sigterm_whileOrdersComeIn_confirmsEachOnce() throws Exception {
        List<String> confirmed = new ArrayList<>();
        try (SampleProcess leaving = start(Map.of())) {
            for (int i = 0; i < ORDERS; i++) {
                rabbit.convertAndSend("orders.placed", Integer.toString(i));
            }
            // It works on one, holds some, and has not been given the others.
            confirmed.add((String) rabbit.receiveAndConvert("orders.confirmed"));

            assertThat(leaving.terminate()).isEqualTo(SIGTERM_EXIT);
        }
        try (SampleProcess next = start(Map.of())) {
            while (confirmed.size() < ORDERS) {
                confirmed.add((String) rabbit.receiveAndConvert("orders.confirmed"));
            }
            assertThat(next.terminate()).isEqualTo(SIGTERM_EXIT);
        }
        // What it held goes back to the queue, marked.
        assertThat(confirmed)
                .extracting(text -> text.replace(" again", ""))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, ORDERS).mapToObj(Integer::toString).toList());
        assertThat((String) rabbit.receiveAndConvert("orders.confirmed", 1)).isNull();
    }

    @Test
    void sigterm_withAnOrderThatIsStuck_endsInTimeAndTheOrderComesAgain() throws Exception {
        try (SampleProcess leaving = start(Map.of("FULFILMENT_MILLIS", "600000", "LOADLINE_DRAIN_DEADLINE", "3s"))) {
            rabbit.convertAndSend("orders.placed", "7");
            RabbitAdmin admin = new RabbitAdmin(rabbit);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> admin.getQueueInfo("orders.placed").getMessageCount() == 0);
            long startNanos = System.nanoTime();

            assertThat(leaving.terminate()).isEqualTo(SIGTERM_EXIT);

            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(5));
        }
        try (SampleProcess next = start(Map.of())) {
            assertThat(rabbit.receiveAndConvert("orders.confirmed")).isEqualTo("7 again");
            assertThat(next.terminate()).isEqualTo(SIGTERM_EXIT);
        }
    }

    private static SampleProcess start(Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of(
                "SPRING_PROFILES_ACTIVE",
                "rabbitmq",
                "RABBITMQ_PORT",
                Integer.toString(broker.port()),
                // What the memory of this machine does is nothing to wait for.
                "LOADLINE_STARTUP_GATE_MAXWAIT",
                "0s",
                "LOADLINE_STARTUP_SETTLE",
                "0s",
                // There is no traffic whose end could be seen.
                "LOADLINE_DRAIN_SETTLEMAX",
                "1s"));
        environment.putAll(more);
        SampleProcess started = SampleProcess.start(jar, List.of(), environment, "Started OrdersApplication");
        started.awaitReady();
        return started;
    }
}
