/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import java.util.Arrays;
import java.util.Optional;

/** Settings that one framework has and the other has not, and why. */
enum OnlyThere {
    PLATFORM_THREADS("Spring Boot", "limit.waiting.platform-threads", "in Quarkus who waits takes no thread"),
    DEPENDENCIES("Spring Boot", "startup.dependencies", "in Quarkus a bean of type `DependencyCheck`"),
    HEALTH(
            "Quarkus",
            "health.enabled",
            "fixed when the application is built; in Spring Boot an indicator of yours takes the place of Loadline's");

    private final String framework;
    private final String beginning;
    private final String reason;

    OnlyThere(String framework, String beginning, String reason) {
        this.framework = framework;
        this.beginning = beginning;
        this.reason = reason;
    }

    /** Of the setting with this name, or of those it begins. */
    static Optional<OnlyThere> of(String name) {
        return Arrays.stream(values())
                .filter(each -> name.startsWith(each.beginning))
                .findFirst();
    }

    String framework() {
        return framework;
    }

    String reason() {
        return reason;
    }
}
