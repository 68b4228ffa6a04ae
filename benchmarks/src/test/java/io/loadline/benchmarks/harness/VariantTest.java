/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VariantTest {
    @Test
    void of_eachSample_hasItsOwnPeersBesideStockAndLoadline() {
        assertThat(Variant.of(Sample.SPRING_BOOT))
                .containsExactly(Variant.STOCK, Variant.LOADLINE, Variant.VEGAS, Variant.GRADIENT2, Variant.BULKHEAD);
        assertThat(Variant.of(Sample.QUARKUS))
                .containsExactly(Variant.STOCK, Variant.LOADLINE, Variant.LOAD_SHEDDING, Variant.LOAD_SHEDDING_PLAIN);
    }

    @Test
    void service_peerOfAnotherSample_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Variant.VEGAS.service(Sample.QUARKUS, Path.of("unused.log")))
                .withMessage("there is no vegas for quarkus");
    }
}
