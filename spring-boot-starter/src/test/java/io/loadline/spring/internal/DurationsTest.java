/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.convert.DurationStyle;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT-1S, -1s",
        "PT0.5S, 500ms",
        "PT1M30S, 90s",
        "PT48H, 2d",
        "PT0.000000001S, 1ns",
        "'window must be between 3 minutes and 1 day: PT1M', window must be between 3 minutes and 1 day: 1m",
        "APT1S, APT1S"
    })
    void readable_writesDurationsAsSettingsHaveThem(String text, String readable) {
        assertThat(Durations.readable(text)).isEqualTo(readable);
    }

    @ParameterizedTest
    @CsvSource({"1h", "7m", "25s", "250ms"})
    void readable_ofWhatWasSet_isThat(String setting) {
        Duration set = DurationStyle.SIMPLE.parse(setting);
        assertThat(Durations.readable(set.toString())).isEqualTo(setting);
    }
}
