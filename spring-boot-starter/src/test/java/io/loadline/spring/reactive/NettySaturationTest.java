/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.management.LoadlineStatus;
import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.Service;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/** An event loop that does something else than events is seen, and forgiven. */
class NettySaturationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void eventLoop_thatIsBlocked_isTheBottleneckUntilItIsFree() {
        try (Service service = Service.start(ReactiveApplication.class, Server.NETTY)) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(service.loadline().status().saturations())
                            .containsKey("event_loop"));
            Executor loop = service.bean(ReactorResourceFactory.class)
                    .getLoopResources()
                    .onServer(LoopResources.DEFAULT_NATIVE)
                    .next();
            CountDownLatch free = new CountDownLatch(1);
            try {
                loop.execute(() -> hold(free));
                await().atMost(PATIENCE).untilAsserted(() -> {
                    LoadlineStatus status = service.loadline().status();
                    assertThat(status.bottleneck()).isEqualTo("event_loop");
                    assertThat(status.saturationDetails().get("event_loop")).startsWith("tasks wait ");
                });
            } finally {
                free.countDown();
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    service.loadline().status().saturations().get("event_loop"))
                            .isLessThan(0.6));
        }
    }

    private static void hold(CountDownLatch free) {
        try {
            free.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
