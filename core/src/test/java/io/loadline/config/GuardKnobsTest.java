/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.LogCapture;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardKnobsTest {
    private static final String PREFIX = "loadline.guard.dependencies.";

    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private int limit = 100;
    private final DependencyGuards guards =
            DependencyGuards.builder(heartbeat).limit(() -> limit).build();
    private final DependencyGuard own = guards.guard("own", builder -> builder.concurrency(7));
    private final DependencyGuard half = guards.guard("half");
    private final LiveSettings settings = LiveSettings.builder(heartbeat)
            .environment(Map.of("LOADLINE_GUARD_DEPENDENCIES_OWN_TIMELIMIT", "3s"))
            .part(new GuardKnobs(guards))
            .build();

    @Test
    void current_atTheStart_isWhatTheGuardsHave() {
        assertThat(settings.current().text(PREFIX + "own.concurrency")).isEqualTo("7");
        assertThat(settings.current().text(PREFIX + "own.time-limit")).isEqualTo("3s");
        assertThat(settings.current().text(PREFIX + "half.concurrency")).isNull();
        assertThat(settings.current().text(PREFIX + "half.time-limit")).isEqualTo("5s");
        assertThat(own.timeLimit()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void change_holdsAgainstTheLimit_untilItIsTakenBack() {
        change("half.concurrency", "20", "own.concurrency", "9", "half.time-limit", "1s");
        beat();

        assertThat(half.concurrency()).isEqualTo(20);
        assertThat(half.timeLimit()).isEqualTo(Duration.ofSeconds(1));
        assertThat(own.concurrency()).isEqualTo(9);

        limit = 60;
        settings.rollback(2, "test");
        assertThat(half.concurrency()).as("half of the limit again").isEqualTo(30);
        assertThat(half.timeLimit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(own.concurrency()).isEqualTo(7);
        assertThat(own.timeLimit()).isEqualTo(Duration.ofSeconds(3));
        limit = 40;
        beat();
        assertThat(half.concurrency()).isEqualTo(20);
    }

    @Test
    void guard_thatIsMadeLater_hasWhatWasSet() {
        try (LogCapture log = LogCapture.of(LiveSettings.class)) {
            change("later.concurrency", "3", "later.time-limit", "2s");
            assertThat(log.messages()).anySatisfy(line -> assertThat(line).contains("no guards of [later] yet"));
        }

        DependencyGuard later = guards.guard("later", builder -> builder.concurrency(50));
        beat();

        assertThat(later.concurrency()).isEqualTo(3);
        assertThat(later.timeLimit()).isEqualTo(Duration.ofSeconds(2));
        change("later.concurrency", "", "later.time-limit", "");
        assertThat(later.concurrency()).isEqualTo(50);
        assertThat(later.timeLimit()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void change_ofOneSetting_leavesWhatCodeChanged() {
        own.timeLimit(Duration.ofSeconds(9));

        change("own.concurrency", "8", "half.time-limit", "4s");

        assertThat(own.timeLimit()).isEqualTo(Duration.ofSeconds(9));
        assertThat(own.concurrency()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "own.concurrency | 0 | a whole number between 1 and 100000",
                "own.concurrency | 100001 | a whole number between 1 and 100000",
                "own.time-limit | 0s | a duration between 1ms and",
                "own.time-limit | soon | a duration between 1ms and",
                "own.slow-call | 1s | no such setting"
            })
    void change_thatIsNotAllowed_leavesAllAsItWas(String key, String value, String allowed) {
        assertThatThrownBy(() -> change(key, value, "half.concurrency", "3"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(PREFIX + key + " = " + value)
                .hasMessageContaining(allowed);

        assertThat(half.concurrency()).isEqualTo(50);
        assertThat(own.concurrency()).isEqualTo(7);
    }

    private void change(String... keysAndTexts) {
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < keysAndTexts.length; i += 2) {
            texts.put(PREFIX + keysAndTexts[i], keysAndTexts[i + 1]);
        }
        settings.change(texts, "test");
    }

    private void beat() {
        ticker.advance(Duration.ofMillis(100));
        heartbeat.beat();
    }
}
