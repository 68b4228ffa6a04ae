/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells a person which startup stage is wrong, and why. Stateless. */
final class InvalidStageFailureAnalyzer extends AbstractFailureAnalyzer<InvalidStageException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidStageException cause) {
        return new FailureAnalysis(cause.getMessage() + ".", cause.action(), cause);
    }
}
