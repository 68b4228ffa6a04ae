/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.inject.Inject;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of Quarkus that defeat the drain are told of, with what to do. */
class OtherShutdownSettingsTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.shutdown.timeout", "10s")
            .overrideConfigKey("quarkus.shutdown.delay-enabled", "true")
            .overrideConfigKey("quarkus.shutdown.delay", "10ms")
            .setLogRecordPredicate(record -> record.getLoggerName().startsWith("io.loadline.quarkus"))
            .assertLogRecords(records -> assertThat(records)
                    .extracting(record -> new SimpleFormatter().formatMessage(record))
                    .satisfiesExactlyInAnyOrder(
                            timeout -> assertThat(timeout)
                                    .contains("quarkus.shutdown.timeout=10s", "remove it, and set")
                                    .contains("quarkus.loadline.drain.deadline"),
                            delay -> assertThat(delay)
                                    .contains("quarkus.shutdown.delay=10ms", "remove it, and set")
                                    .contains("quarkus.loadline.drain.quiet"),
                            enabled -> assertThat(enabled)
                                    .contains("quarkus.shutdown.delay-enabled=true", "build again")));

    @Inject
    Loadline loadline;

    @Test
    void service_startsAllTheSame() {
        assertThat(loadline.limiter().limit()).isPositive();
    }
}
