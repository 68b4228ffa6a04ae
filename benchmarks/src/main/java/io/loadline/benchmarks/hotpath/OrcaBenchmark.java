/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import io.loadline.Loadline;
import io.loadline.signal.OrcaHeader;
import io.loadline.signal.OrcaReports;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.tomcat.util.http.MimeHeaders;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The load report in a response to a request that asks for it, beside a header whose value is always the same. Thread-safe:
 * threads share the reports, not the headers.
 *
 * <p>The headers are Tomcat's own. Both read one of the request and set one of the response, which are made before and used
 * again and again, as Tomcat does. The reports are made anew once a second meanwhile.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OrcaBenchmark {
    /** A service that serves. */
    @State(Scope.Benchmark)
    public static class Service {
        private final Loadline loadline = Loadline.builder("orca").build().start();
        final OrcaReports reports = loadline.orca();
        final OrcaHeader constant = Objects.requireNonNull(reports.header("text"));

        @TearDown
        public void stop() {
            loadline.close();
        }
    }

    /** What one thread sends. */
    @State(Scope.Thread)
    public static class Exchange {
        final MimeHeaders request = new MimeHeaders();
        final MimeHeaders response = new MimeHeaders();

        public Exchange() {
            for (String name : new String[] {"host", "user-agent", "accept", "x-request-id", "traceparent"}) {
                request.addValue(name).setString("some value");
            }
            request.addValue(OrcaHeader.ASKED).setString("text");
        }
    }

    @Benchmark
    public MimeHeaders constantHeader(Service service, Exchange exchange) {
        exchange.response.recycle();
        if (exchange.request.getHeader(OrcaHeader.ASKED) != null) {
            OrcaHeader header = service.constant;
            exchange.response.setValue(header.name()).setString(header.value());
        }
        return exchange.response;
    }

    @Benchmark
    public MimeHeaders loadReport(Service service, Exchange exchange) {
        exchange.response.recycle();
        OrcaHeader header = service.reports.header(exchange.request.getHeader(OrcaHeader.ASKED));
        if (header != null) {
            exchange.response.setValue(header.name()).setString(header.value());
        }
        return exchange.response;
    }
}
