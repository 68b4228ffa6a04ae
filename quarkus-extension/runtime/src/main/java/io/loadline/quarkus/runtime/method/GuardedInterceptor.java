/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardPermit;
import io.loadline.limit.CallContext;
import io.loadline.quarkus.Guarded;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Guards calls of methods with {@link Guarded}, each of the calls that retries make. Thread-safe. */
@Guarded("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_AFTER + 100)
public class GuardedInterceptor {
    private final MethodGuards guards;

    @Inject
    GuardedInterceptor(MethodGuards guards) {
        this.guards = guards;
    }

    @AroundInvoke
    @Nullable
    Object guard(InvocationContext call) throws Exception {
        MethodGuard found = guards.of(call.getMethod(), call.getTarget(), call.getInterceptorBinding(Guarded.class));
        if (found == null) {
            return call.proceed();
        }
        DependencyGuard guard = found.guard();
        return switch (found.returned()) {
            // The build lets a stream only be inherited.
            case VALUE, MULTI -> guard.call(call::proceed);
            case STAGE -> guard.callAsync(() -> stage(call)).toCompletableFuture();
            case UNI -> Uni.createFrom().deferred(() -> uni(guard, call));
        };
    }

    @SuppressWarnings("unchecked")
    private static CompletionStage<Object> stage(InvocationContext call) {
        try {
            return (CompletionStage<Object>) call.proceed();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private static Uni<?> uni(DependencyGuard guard, InvocationContext call) {
        GuardPermit permit = guard.acquire(CallContext.current());
        try {
            // When its time is up it is cancelled first, which must not be all that is heard of it.
            return ((Uni<?>) call.proceed())
                    .ifNoItem()
                    .after(permit.timeLimit())
                    .failWith(permit::timeoutException)
                    .onTermination()
                    .invoke((item, failure, cancelled) -> end(permit, item, failure, cancelled));
        } catch (Throwable e) {
            permit.failure(e);
            return Uni.createFrom().failure(e);
        }
    }

    private static void end(GuardPermit permit, @Nullable Object item, @Nullable Throwable failure, boolean cancelled) {
        if (cancelled) {
            permit.end(GuardOutcome.CANCELLED);
        } else if (failure != null) {
            permit.failure(failure);
        } else {
            permit.result(item);
        }
    }
}
