/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.smallrye.mutiny.Uni;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a method returns, as far as it tells when a call ends. */
enum Returned {
    /** The result itself: the call ends when the method returns. */
    VALUE,
    /** A stage: the call ends when it completes. */
    STAGE,
    /** A {@code Uni}: each subscription is a call. */
    UNI;

    static Returned by(Method method) {
        Class<?> type = method.getReturnType();
        return type == Uni.class
                ? UNI
                : type == CompletionStage.class || type == CompletableFuture.class ? STAGE : VALUE;
    }
}
