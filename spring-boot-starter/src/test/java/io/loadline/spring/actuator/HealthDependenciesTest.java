/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.availability.DependencyStatus;
import io.loadline.time.Heartbeat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.registry.DefaultHealthContributorRegistry;
import org.springframework.boot.health.registry.DefaultReactiveHealthContributorRegistry;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import reactor.core.publisher.Mono;

class HealthDependenciesTest {
    private final DefaultHealthContributorRegistry blocking = new DefaultHealthContributorRegistry();
    private final DefaultReactiveHealthContributorRegistry reactive = new DefaultReactiveHealthContributorRegistry();
    private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

    @Test
    void names_ofBlockingAndReactiveContributors_areKnown() {
        blocking.registerContributor("db", (HealthIndicator) () -> Health.up().build());
        reactive.registerContributor(
                "mongo", (ReactiveHealthIndicator) () -> Mono.just(Health.up().build()));
        beans.addBean("blocking", blocking);
        beans.addBean("reactive", reactive);

        assertThat(checks("mongo", "db")).extracting(DependencyCheck::name).containsExactly("mongo", "db");
        assertThatThrownBy(() -> checks("redis")).hasMessageContaining("there are db, mongo");
    }

    @Test
    void names_withoutAnyRegistry_areNotKnown() {
        assertThatThrownBy(() -> checks("db")).hasMessageContaining("there are none");
    }

    @Test
    void names_ofTheServicesOwnStates_areRefusedAndNotOffered() {
        for (String own : List.of("livenessState", "readinessState", "startupState")) {
            blocking.registerContributor(
                    own, (HealthIndicator) () -> Health.down().build());
        }
        blocking.registerContributor("db", (HealthIndicator) () -> Health.up().build());
        beans.addBean("blocking", blocking);

        for (String own : List.of("livenessState", "readinessState", "startupState")) {
            assertThatThrownBy(() -> checks(own))
                    .hasMessageContaining("dependencies = " + own + ":")
                    .hasMessageEndingWith("there are db");
        }
    }

    /** Whoever opens a connection first takes more than the second that a check usually has. */
    @Test
    void contributor_thatTakesSeconds_isWaitedFor() {
        CountDownLatch released = new CountDownLatch(1);
        blocking.registerContributor("db", (HealthIndicator) () -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Health.up().build();
        });
        beans.addBean("blocking", blocking);
        AtomicLong nanos = new AtomicLong();
        Heartbeat heartbeat = Heartbeat.create(nanos::get);
        try (DependencyChecks watched =
                DependencyChecks.create(checks("db"), Availability.create(InstantSource.system()), heartbeat)) {
            heartbeat.beat();
            nanos.addAndGet(Duration.ofSeconds(9).toNanos());
            heartbeat.beat();
            assertThat(watched.statuses())
                    .extracting(DependencyStatus::failures)
                    .containsExactly(0);

            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            heartbeat.beat();
            assertThat(watched.statuses())
                    .extracting(DependencyStatus::failures)
                    .containsExactly(1);
        } finally {
            released.countDown();
        }
    }

    private List<DependencyCheck> checks(String... names) {
        return new HealthDependencies(
                        List.of(names),
                        beans.getBeanProvider(HealthContributorRegistry.class),
                        beans.getBeanProvider(ReactiveHealthContributorRegistry.class))
                .checks();
    }
}
