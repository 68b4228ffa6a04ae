/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.vertx.http.deployment.NonApplicationRootPathBuildItem;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Below which path nothing is limited: never below one that has the application's own. */
class UntouchedPathsTest {
    @ParameterizedTest
    @CsvSource({
        "/, q, /q",
        "/app, q, /app/q",
        "/app, /q, /q",
        "/, /, ",
        "/app, /, ",
        "/api/v1, /api, ",
        "/api, /api/v1, /api/v1",
        "/api, /ap, /ap",
    })
    void untouched_isNeverAboveTheApplication(String application, String others, String untouched) {
        NonApplicationRootPathBuildItem root = new NonApplicationRootPathBuildItem(application, others, null);
        assertThat(HttpProcessor.untouchedBelow(root)).isEqualTo(untouched == null ? List.of() : List.of(untouched));
    }
}
