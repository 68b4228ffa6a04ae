/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.spring.internal.InvalidSettingException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells a person which setting is wrong, and what is allowed. Stateless. */
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
        String settings = cause.key().contains(" and ") ? "settings" : "setting";
        String description = "The %s %s cannot be used:%n%n    Value: %s%n    Reason: %s"
                .formatted(settings, cause.key(), cause.value(), cause.allowed());
        return new FailureAnalysis(description, "Change " + cause.key() + ": " + cause.allowed() + ".", cause);
    }
}
