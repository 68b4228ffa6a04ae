/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApplicationTest {
    @Test
    void startedMillis_lineOfQuarkus_isItsSeconds() {
        assertThat(
                        Application.QUARKUS.startedMillis(
                                "2026-11-30 10:00:00,000 INFO  [io.quarkus] (main) orders 0.1.0-SNAPSHOT"
                                        + " on JVM (powered by Quarkus 3.33.2) started in 1.234s. Listening on: http://0.0.0.0:8080"))
                .hasValue(1234);
    }

    @Test
    void startedMillis_lineOfBoot_isItsMillis() {
        assertThat(Application.SPRING_BOOT.startedMillis(BootApplication.STARTED + "987.5"))
                .hasValue(987.5);
    }

    @Test
    void startedMillis_anotherLine_isNone() {
        assertThat(Application.QUARKUS.startedMillis("Stage catalog started in the background"))
                .isEmpty();
    }
}
