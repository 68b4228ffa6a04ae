/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WrkTest {
    private static final String OUTPUT = """
            Running 3s test @ http://127.0.0.1:8080/work?ms=0
              1 threads and 8 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency   412.06us  210.11us   4.01ms   80.12%
                Req/Sec    18.10k     1.02k   20.01k    70.00%
              54321 requests in 3.00s, 7.25MB read
            Requests/sec:  18107.01
            Transfer/sec:      2.42MB
            """;

    @Test
    void parse_cleanRun_givesRate() {
        assertThat(Wrk.parse(OUTPUT)).isEqualTo(new Wrk(18107.01, 0));
    }

    @Test
    void parse_refusalsAndSocketErrors_areFailed() {
        String output = OUTPUT + """
                  Socket errors: connect 1, read 2, write 0, timeout 3
                  Non-2xx or 3xx responses: 100
                """;

        assertThat(Wrk.parse(output).failed()).isEqualTo(106);
    }
}
