/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TransitionsTest {
    private static final String LOG = """
            2026-11-30T10:00:00.100Z  INFO 7 --- [orders] [main] io.loadline.availability.Availability : STARTING -> WARMING: context
            2026-11-30T10:00:01.200Z  INFO 7 --- [orders] [main] io.loadline.availability.Availability : WARMING -> READY: warm
            a line of something else -> THAT: has no time
            2026-11-30T10:00:09.300Z  INFO 7 --- [orders] [main] io.loadline.availability.Availability : READY -> DRAINING: SIGTERM
            """;

    @Test
    void parse_log_knowsWhenWhichStateCame() {
        Transitions transitions = Transitions.parse(LOG);

        assertThat(transitions.at("WARMING")).isEqualTo(millis("2026-11-30T10:00:00.100Z"));
        assertThat(transitions.at("DRAINING")).isEqualTo(millis("2026-11-30T10:00:09.300Z"));
    }

    @Test
    void mayPublish_fromReadyUntilDraining() {
        Transitions transitions = Transitions.parse(LOG);

        assertThat(transitions.mayPublish(millis("2026-11-30T10:00:01.199Z"))).isFalse();
        assertThat(transitions.mayPublish(millis("2026-11-30T10:00:01.200Z"))).isTrue();
        assertThat(transitions.mayPublish(millis("2026-11-30T10:00:09.300Z"))).isTrue();
        assertThat(transitions.mayPublish(millis("2026-11-30T10:00:09.301Z"))).isFalse();
    }

    @Test
    void at_stateThatNeverCame_throws() {
        assertThatThrownBy(() -> Transitions.parse(LOG).at("BROKEN"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("never BROKEN");
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
