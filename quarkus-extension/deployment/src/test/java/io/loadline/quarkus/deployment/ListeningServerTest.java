/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.LaunchMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where Quarkus opens a socket, and where requests come from within the process only. */
class ListeningServerTest {
    @ParameterizedTest
    @CsvSource({
        "NORMAL, false, false, false, true",
        "NORMAL, true, false, false, false",
        "NORMAL, true, true, false, false",
        "NORMAL, true, true, true, true",
        "TEST, true, false, false, true",
        "TEST, true, true, false, false",
        "DEVELOPMENT, true, false, false, true",
    })
    void socket_isOpenedWhereQuarkusDoes(
            String mode, boolean virtual, boolean always, boolean required, boolean opened) {
        assertThat(HttpProcessor.opensSocket(LaunchMode.valueOf(mode), virtual, always, required))
                .isEqualTo(opened);
    }
}
