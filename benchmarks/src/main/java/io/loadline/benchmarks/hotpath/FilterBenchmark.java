/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * The starter's servlet filter alone, in front of nothing. Thread-safe: threads share the filter, not the requests.
 *
 * <p>The filter is that of a running application, with its routes and its beat; request and response are made before
 * and used again and again.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilterBenchmark {

    /** A service with routes of each kind, so that the filter has something to choose from. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @RestController
        static class Controller {

            @GetMapping("/orders")
            String orders() {
                return "";
            }

            @GetMapping("/orders/{id}")
            String order(@PathVariable long id) {
                return "";
            }

            @GetMapping("/orders/{id}/lines/{line}")
            String line(@PathVariable long id, @PathVariable int line) {
                return "";
            }

            @GetMapping("/customers/{id}")
            String customer(@PathVariable long id) {
                return "";
            }
        }
    }

    /** The application, started once. */
    @State(Scope.Benchmark)
    public static class Service {
        private final ConfigurableApplicationContext context = SpringApplication.run(
                Application.class,
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--spring.main.log-startup-info=false",
                "--loadline.limit.initial=1000");

        private Filter filter = (request, response, chain) -> {};

        @Setup
        public void find() {
            FilterRegistrationBean<?> registration =
                    (FilterRegistrationBean<?>) context.getBean("loadlineAdmissionFilter");
            filter = Objects.requireNonNull(registration.getFilter());
        }

        @TearDown
        public void stop() {
            context.close();
        }
    }

    /** What one thread sends. */
    @State(Scope.Thread)
    public static class Exchange {
        final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/orders/4711");
        final MockHttpServletResponse response = new MockHttpServletResponse();
        final FilterChain chain = (request, response) -> {};
    }

    @Benchmark
    public void servletFilter(Service service, Exchange exchange) throws IOException, ServletException {
        service.filter.doFilter(exchange.request, exchange.response, exchange.chain);
        if (exchange.response.getStatus() != 200) {
            throw new IllegalStateException("refused");
        }
    }
}
