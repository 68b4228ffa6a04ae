/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** What a method returns, as far as it tells when a call ends. */
enum Returned {
    /** The result itself: the call ends when the method returns. */
    VALUE,
    /** A stage: the call ends when it completes. */
    STAGE,
    /** A {@code Uni}: each subscription is a call. */
    UNI,
    /** A {@code Multi}, or a publisher, which a {@code Multi} is: each subscription is a call. */
    MULTI;

    static Returned by(Method method) {
        Class<?> type = method.getReturnType();
        if (type == Uni.class) {
            return UNI;
        }
        if (type == Multi.class || type == Flow.Publisher.class) {
            return MULTI;
        }
        return type == CompletionStage.class || type == CompletableFuture.class ? STAGE : VALUE;
    }
}
