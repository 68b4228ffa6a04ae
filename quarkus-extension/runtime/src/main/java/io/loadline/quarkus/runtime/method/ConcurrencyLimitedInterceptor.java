/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.limit.CallContext;
import io.loadline.quarkus.ConcurrencyLimited;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Admits calls of methods with {@link ConcurrencyLimited}, before they take a transaction and its connection. Thread-safe. */
@ConcurrencyLimited
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 100)
public class ConcurrencyLimitedInterceptor {
    private final MethodLimits limits;

    @Inject
    ConcurrencyLimitedInterceptor(MethodLimits limits) {
        this.limits = limits;
    }

    @AroundInvoke
    @Nullable
    Object limit(InvocationContext call) throws Exception {
        MethodLimit limit = limits.of(call.getMethod(), call.getInterceptorBinding(ConcurrencyLimited.class));
        if (limit == null) {
            return call.proceed();
        }
        return switch (limit.returned()) {
            case VALUE -> {
                Duration atMost = LimitedCall.mayBlock() ? limit.maxWait() : Duration.ZERO;
                yield limit.limiter().call(limit.route(), CallContext.current(), atMost, call::proceed);
            }
            case STAGE -> LimitedCall.start(limit, () -> (CompletionStage<?>) call.proceed(), false);
            case UNI ->
                Uni.createFrom()
                        .context(context -> Uni.createFrom()
                                .completionStage(() -> LimitedCall.start(
                                        limit,
                                        () -> ((Uni<?>) call.proceed()).subscribeAsCompletionStage(context),
                                        true)));
            case MULTI -> LimitedStream.of(limit, call::proceed);
        };
    }
}
