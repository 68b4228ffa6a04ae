/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.addon;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import jakarta.servlet.Filter;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/**
 * Puts a peer with its defaults in front of a servlet application, where Loadline's filter would be.
 *
 * <p>{@code benchmark.peer} says which, {@code benchmark.limit} a limit that is never reached, to measure what admitting
 * costs.
 */
@Configuration(proxyBeanMethods = false)
public class PeerConfiguration {
    private static final int DEFAULTS = 0;

    @Bean
    FilterRegistrationBean<Filter> peerFilter(
            @Value("${benchmark.peer}") String peer, @Value("${benchmark.limit:" + DEFAULTS + "}") int limit) {
        Filter filter = switch (peer) {
            case "vegas" -> limited(vegas(limit));
            case "gradient2" -> limited(gradient2(limit));
            case "bulkhead" -> bulkhead(limit);
            default -> throw new IllegalArgumentException("no such peer: " + peer);
        };
        FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
        return registration;
    }

    private static Limit vegas(int limit) {
        return limit == DEFAULTS
                ? VegasLimit.newDefault()
                : VegasLimit.newBuilder()
                        .initialLimit(limit)
                        .maxConcurrency(limit)
                        .build();
    }

    private static Limit gradient2(int limit) {
        return WindowedLimit.newBuilder()
                .build(
                        limit == DEFAULTS
                                ? Gradient2Limit.newDefault()
                                : Gradient2Limit.newBuilder()
                                        .initialLimit(limit)
                                        .minLimit(limit)
                                        .maxConcurrency(limit)
                                        .build());
    }

    /** What concurrency-limits' own servlet filter does: failures are ignored, all else is a success. */
    private static Filter limited(Limit limit) {
        Limiter<Void> limiter = SimpleLimiter.newBuilder().limit(limit).build();
        return (request, response, chain) -> {
            Optional<Limiter.Listener> listener = limiter.acquire(null);
            if (listener.isEmpty()) {
                Refusal.write(response);
                return;
            }
            try {
                chain.doFilter(request, response);
                listener.get().onSuccess();
            } catch (Throwable e) {
                listener.get().onIgnore();
                throw e;
            }
        };
    }

    private static Filter bulkhead(int limit) {
        BulkheadConfig.Builder config = BulkheadConfig.custom();
        if (limit != DEFAULTS) {
            config.maxConcurrentCalls(limit);
        }
        Bulkhead bulkhead = Bulkhead.of("service", config.build());
        return (request, response, chain) -> {
            if (!bulkhead.tryAcquirePermission()) {
                Refusal.write(response);
                return;
            }
            try {
                chain.doFilter(request, response);
            } finally {
                bulkhead.onComplete();
            }
        };
    }
}
