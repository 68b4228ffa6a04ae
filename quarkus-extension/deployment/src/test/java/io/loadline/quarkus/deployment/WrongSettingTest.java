/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A wrong setting stops the start. */
class WrongSettingTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideRuntimeConfigKey("quarkus.loadline.drain.quiet", "11s")
            .assertException(failure -> {
                assertThat(failure).hasRootCauseInstanceOf(IllegalArgumentException.class);
                assertThat(failure)
                        .satisfiesAnyOf(
                                each -> assertThat(each).isInstanceOf(ConfigurationException.class),
                                each -> assertThat(each).hasCauseInstanceOf(ConfigurationException.class),
                                each -> assertThat(each).hasStackTraceContaining("ConfigurationException"));
                assertThat(failure)
                        .hasStackTraceContaining("quarkus.loadline.drain.quiet")
                        .hasStackTraceContaining("11s")
                        .hasStackTraceContaining("quiet must not be longer than settleMax");
            });

    @Test
    void start_isStopped() {
        throw new AssertionError("it has started");
    }
}
