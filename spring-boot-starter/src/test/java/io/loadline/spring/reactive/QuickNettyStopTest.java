/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.client.ReactorResourceFactory;

class QuickNettyStopTest {
    private final List<Duration> quietPeriods = new ArrayList<>();
    private final GenericApplicationContext context = new GenericApplicationContext();

    @Test
    void close_ofTheContext_leavesOutTheQuietPeriod() {
        start();

        context.close();

        assertThat(quietPeriods).containsExactly(Duration.ZERO);
    }

    @Test
    void close_withAQuietPeriodOfOnesOwn_keepsIt() {
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("spring.reactor.netty.shutdown-quiet-period", "1s")));
        start();

        context.close();

        assertThat(quietPeriods).isEmpty();
    }

    private void start() {
        context.registerBean(ReactorResourceFactory.class, () -> new ReactorResourceFactory() {
            @Override
            public void setShutdownQuietPeriod(Duration quietPeriod) {
                quietPeriods.add(quietPeriod);
                super.setShutdownQuietPeriod(quietPeriod);
            }
        });
        context.registerBean(
                QuickNettyStop.class,
                () -> new QuickNettyStop(context.getBeanProvider(ReactorResourceFactory.class), context));
        context.refresh();
    }
}
