/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ChecksTest {
    @Test
    void checkArgument_holds_doesNothing() {
        assertThatCode(() -> Checks.checkArgument(true, "unused: %s", 1)).doesNotThrowAnyException();
    }

    @Test
    void checkArgument_doesNotHold_showsTheValues() {
        assertThatThrownBy(() -> Checks.checkArgument(false, "max must not be below min: %s < %s", 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max must not be below min: 1 < 2");
    }
}
