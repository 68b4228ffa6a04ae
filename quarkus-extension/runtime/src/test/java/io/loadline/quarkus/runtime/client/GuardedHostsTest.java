/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.guard.DependencyGuard;
import io.loadline.quarkus.runtime.client.GuardedHosts.Target;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedHostsTest {
    private static final String KEY = "guard.dependencies.stock.hosts";

    private final DependencyGuard stock = DependencyGuard.builder("stock").build();
    private final DependencyGuard prices = DependencyGuard.builder("prices").build();
    private final GuardedHosts.Builder hosts = GuardedHosts.builder();

    @Test
    void find_withThePort_goesBeforeTheHostAlone() {
        hosts.add(KEY, "Shop.internal", stock, true);
        hosts.add(KEY, "shop.internal:8080", prices, false);
        hosts.add(KEY, "secure.internal:443", prices, true);
        assertThat(find("http://shop.internal/a")).isEqualTo(new Target(stock, true));
        assertThat(find("http://SHOP.internal:8080/a")).isEqualTo(new Target(prices, false));
        assertThat(find("https://secure.internal/a")).isEqualTo(new Target(prices, true));
        assertThat(find("http://secure.internal/a")).isNull();
        assertThat(find("/a")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://shop.internal", "shop.internal/a", "shop internal", "", "user@shop"})
    void add_whatIsNoHost_isRefused(String host) {
        assertThatThrownBy(() -> hosts.add(KEY, host, stock, true))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("quarkus.loadline." + KEY)
                .hasMessageContaining("it must be a host such as");
    }

    @Test
    void add_aHostOfAnother_isRefused() {
        hosts.add(KEY, "shop.internal", stock, true);
        hosts.add(KEY, "shop.internal", stock, true);
        assertThatThrownBy(() -> hosts.add(KEY, "shop.internal", prices, true))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("it is a host of 'stock' already");
    }

    private @Nullable Target find(String uri) {
        return hosts.build().find(URI.create(uri));
    }
}
