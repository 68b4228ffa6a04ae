/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire.Answer;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What Prometheus reads. */
interface Meters extends Scenes {
    Pattern SERIES = Pattern.compile("(?m)^(loadline_\\w+)(?:\\{(.*)})? [^ ]+$");
    Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    @Shows(Behaviour.METERS_TEXT)
    default void metrics_onBothPorts_areText() {
        Answer main = service().get("/metrics");
        Answer management = service().manage(adapter().managementMetrics());

        assertThat(main.header("content-type")).startsWith("text/plain").contains("version=0.0.4");
        assertThat(management.status()).isEqualTo(200);
        // Between two reads something may be measured for the first time.
        Service.soon()
                .untilAsserted(() -> assertThat(seriesOf(
                                service().manage(adapter().managementMetrics()).body()))
                        .isEqualTo(seriesOf(service().metrics())));
    }

    @Shows(Behaviour.METERS)
    default void meters_haveTheSameNamesAndLabels() {
        // The load comes with the first measurement.
        Service.soon()
                .untilAsserted(() ->
                        assertThat(seriesOf(service().metrics())).isEqualTo(Surface.METERS.expectedOf(adapter())));
    }

    @Shows(Behaviour.METERS_OF_REQUESTS)
    default void requests_areMeasuredByTheFrameworksTimerToo() {
        assertThat(service().metrics()).contains("# TYPE http_server_requests_seconds summary");
    }

    /** Names with their labels, without values. */
    private static Set<String> seriesOf(String exposition) {
        Set<String> all = new TreeSet<>();
        Matcher series = SERIES.matcher(exposition);
        while (series.find()) {
            String labels = series.group(2) == null
                    ? ""
                    : LABEL.matcher(series.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .sorted()
                            .collect(Collectors.joining(","));
            all.add(series.group(1) + "{" + labels + "}");
        }
        return all;
    }
}
