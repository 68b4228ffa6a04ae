/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "268435456, 268435456",
        "256Mi, 268435456",
        "' 256Mi ', 268435456",
        "256MB, 268435456",
        "256MiB, 268435456",
        "256 MB, 268435456",
        "256M, 256000000",
        "1.5Gi, 1610612736",
        "1Ki, 1024",
        "1KB, 1024",
        "3k, 3000",
        "2T, 2000000000000",
        "2Ti, 2199023255552",
        "100B, 100"
    })
    void bytes_ofASize_areWhatItSays(String text, long bytes) {
        assertThat(Size.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "much",
                "-5",
                "-5Mi",
                "Mi",
                "256mi",
                "256mb",
                "256Pi",
                "1e9",
                "128000m",
                "5 5",
                "99999999999999999999"
            })
    void bytes_ofWhatIsNone_isRefusedWithTheText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Size.bytes(text))
                .withMessage("a size such as 512Mi, 512MB or 536870912 is wanted: '%s'", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999999999999Ti", "9223372Ti"})
    void bytes_beyondALong_isRefusedWithTheText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Size.bytes(text))
                .withMessage("a size is too large: '%s'", text);
    }
}
