/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationRateTest {
    private final ManualTicker ticker = new ManualTicker();
    private long bytes = 5_000_000_000_000L;
    private final AllocationRate rate = new AllocationRate(ticker, () -> bytes);

    @Test
    void read_isBytesPerSecondOverTheLastSeconds() {
        assertThat(rate.read()).isNaN();
        assertThat(rate.read()).isNaN();
        for (int i = 0; i < 8; i++) {
            bytes += i < 3 ? 100 : 40;
            ticker.advance(Duration.ofMillis(500));
            assertThat(rate.read()).isPositive();
        }

        assertThat(rate.read()).isCloseTo(80, within(1e-9));
    }

    @Test
    void read_whenTheCountGoesBackOrIsUnknown_beginsAnew() {
        assertThat(rate.read()).isNaN();
        ticker.advance(Duration.ofSeconds(1));
        bytes = 1_000;
        assertThat(rate.read()).isNaN();
        ticker.advance(Duration.ofSeconds(1));
        bytes = -1;
        assertThat(rate.read()).isNaN();
        bytes = 9_000;
        assertThat(rate.read()).isNaN();
        ticker.advance(Duration.ofSeconds(1));
        bytes = 9_500;

        assertThat(rate.read()).isEqualTo(500);
    }

    @Test
    void read_ofThisJvm_countsWhatIsAllocated() {
        AllocationRate own = new AllocationRate(ticker);
        assertThat(own.read()).isNaN();
        List<byte[]> allocated = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            allocated.add(new byte[1 << 20]);
        }
        ticker.advance(Duration.ofSeconds(1));

        assertThat(own.read()).isGreaterThan(16 << 20).isFinite();
        assertThat(allocated).hasSize(16);
    }

    @Test
    void read_ofAJvmThatDoesNotTell_isUnknown() {
        AllocationRate odd = new AllocationRate(ticker, () -> {
            throw new UnsupportedOperationException("native");
        });

        assertThat(odd.read()).isNaN();
    }
}
