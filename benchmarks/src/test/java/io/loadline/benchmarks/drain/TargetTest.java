/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void usual_isAllButThoseThatAreBuiltForQuarkus() {
        assertThat(Arrays.stream(Target.values()).filter(target -> !Target.USUAL.contains(target)))
                .containsExactly(Target.QUARKUS, Target.QUARKUS_STOCK);
        assertThat(Target.USUAL).noneMatch(Target::isStock);
    }
}
