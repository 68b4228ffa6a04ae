/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import java.util.Comparator;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;

/** Tests in the order of their behaviours: one service comes, serves and goes. */
final class InOrderOfLife implements MethodOrderer {
    @Override
    public void orderMethods(MethodOrdererContext context) {
        context.getMethodDescriptors()
                .sort(Comparator.comparing(test -> test.findAnnotation(Shows.class)
                        .orElseThrow(() -> new IllegalStateException(test.getMethod() + " shows no behaviour"))
                        .value()));
    }
}
