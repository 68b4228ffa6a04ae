/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScrapeTest {
    @Test
    void parse_textFormat_readsLoadlinesSeriesWithLabelsAndWithout() {
        Scrape scrape = Scrape.parse("""
                # HELP loadline_load Demand over capacity
                # TYPE loadline_load gauge
                loadline_load 1.25
                loadline_demand_calls{application="a b"} 12.5
                http_server_requests_seconds_count 7
                """);

        assertThat(scrape.load()).isEqualTo(1.25);
        assertThat(scrape.demand()).isEqualTo(12.5);
        assertThat(scrape.value("http_server_requests_seconds_count")).isNaN();
    }

    @Test
    void load_whenAbsent_isNaN() {
        assertThat(Scrape.parse("loadline_load_percent 125.0\n").load()).isNaN();
    }
}
