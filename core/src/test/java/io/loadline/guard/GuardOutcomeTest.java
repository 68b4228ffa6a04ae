/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class GuardOutcomeTest {

    @Test
    void of_aFailure_isWhatGuardsSayByDefault() {
        DependencyGuard guard = DependencyGuard.builder("any").build();
        for (Throwable each : new Throwable[] {
            new TimeoutException(),
            new SocketTimeoutException(),
            new CancellationException(),
            new IllegalStateException()
        }) {
            assertThat(GuardOutcome.of(each)).isEqualTo(guard.outcomeOf(each));
        }
        assertThat(GuardOutcome.of(new TimeoutException())).isEqualTo(GuardOutcome.TIMED_OUT);
        assertThat(GuardOutcome.of(new CancellationException())).isEqualTo(GuardOutcome.CANCELLED);
        assertThat(GuardOutcome.of(new IllegalStateException())).isEqualTo(GuardOutcome.FAILURE);
    }
}
