/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.ContextHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests need not be asked for any of the headers that tell the limiter something. */
class HeaderNamesTest {
    private final Set<String> asked = asked();
    private final HeaderNames names = new HeaderNames(asked);

    @Test
    void eachOfThem_isFoundInAnyCase() {
        assertThat(asked).contains("Criticality", "X-Request-Timeout", "baggage", "x-envoy-attempt-count");
        for (String name : asked) {
            for (String written : List.of(name, name.toLowerCase(Locale.ROOT), name.toUpperCase(Locale.ROOT))) {
                MultiMap given = HttpHeaders.headers().add("Host", "localhost").add(written, "value");
                assertThat(names.mayBeIn(given)).as(written).isTrue();
                assertThat(names.value(given, name)).as(written).isEqualTo("value");
            }
        }
    }

    @Test
    void usualHeaders_areNoneOfThem() {
        MultiMap given = HttpHeaders.headers();
        for (String usual : Set.of(
                "Host",
                "User-Agent",
                "Accept",
                "Accept-Encoding",
                "Accept-Language",
                "Connection",
                "Content-Type",
                "Content-Length",
                "Cookie",
                "Origin",
                "Referer",
                "Authorization",
                "traceparent",
                "tracestate",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "X-Request-Id")) {
            given.add(usual, "value");
        }
        assertThat(names.mayBeIn(given)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Other", "X-Request-Timeouts"})
    void value_ofAnyOtherName_isFound(String name) {
        assertThat(names.value(HttpHeaders.headers().add(name, "value"), name)).isEqualTo("value");
    }

    private static Set<String> asked() {
        Set<String> asked = new TreeSet<>();
        ContextHeaders headers = ContextHeaders.defaults();
        Object unused = headers.read(ConcurrencyLimiter.builder("test").build().otherRoute(), name -> {
            asked.add(name);
            return null;
        });
        return asked;
    }
}
