/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.Variant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldTest {
    @Test
    void of_nothingNamed_isAllOfTheSampleBehindItsPool() {
        Field field = Field.of(Sample.QUARKUS, List.of(), List.of());

        assertThat(field.services()).containsExactly(Service.POOL);
        assertThat(field.contestants()).containsExactlyElementsOf(Variant.of(Sample.QUARKUS));
    }

    @Test
    void of_servicesInAnyOrder_thatWhichMovesTheGeneratorIsLast() {
        Field field = Field.of(Sample.QUARKUS, List.of(Service.CPU, Service.POOL, Service.CPU), List.of());

        assertThat(field.services()).containsExactly(Service.POOL, Service.CPU);
    }

    @Test
    void of_whatASampleDoesNotHave_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Field.of(Sample.QUARKUS, List.of(Service.GC), List.of()))
                .withMessageContaining("gc on quarkus");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Field.of(Sample.QUARKUS, List.of(), List.of(Variant.VEGAS)))
                .withMessageContaining("vegas for quarkus");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Field.of(Sample.SPRING_BOOT, List.of(), List.of(Variant.LOAD_SHEDDING)))
                .withMessageContaining("load_shedding for spring-boot");
    }
}
