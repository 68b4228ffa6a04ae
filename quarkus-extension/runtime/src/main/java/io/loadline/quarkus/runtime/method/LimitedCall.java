/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.limit.CallContext;
import io.loadline.limit.Outcome;
import io.loadline.limit.Permit;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One call of a method whose result comes later: from asking to be admitted until that has come. Thread-safe. */
final class LimitedCall {
    /*
     * A permit that has come runs the method or is given back, whatever becomes of the result meanwhile: both are decided by
     * whoever completes the permit's stage.
     */
    private final MethodLimit limit;
    private final Callable<? extends @Nullable CompletionStage<?>> method;
    private final boolean cancels;
    private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

    private LimitedCall(MethodLimit limit, Callable<? extends @Nullable CompletionStage<?>> method, boolean cancels) {
        this.limit = limit;
        this.method = method;
        this.cancels = cancels;
    }

    /**
     * Calls {@code method} when it is admitted, on this thread or one like it. To cancel what this returns withdraws a call
     * that waits; one that runs is cancelled, too, if {@code cancels}, and ends when its own stage does.
     */
    static CompletableFuture<@Nullable Object> start(
            MethodLimit limit, Callable<? extends @Nullable CompletionStage<?>> method, boolean cancels) {
        LimitedCall call = new LimitedCall(limit, method, cancels);
        boolean mayWait = mayWait(limit);
        CompletableFuture<Permit> permit = ask(limit);
        if (mayWait) {
            CompletableFuture<?> unused =
                    call.result.whenComplete((value, failure) -> withdrawIfCancelled(call.result, permit));
        }
        CompletableFuture<Permit> unused = permit.whenComplete(call::admitted);
        return call.result;
    }

    /** Asks to be admitted; what comes of it comes on this thread or one like it. To cancel what this returns withdraws. */
    static CompletableFuture<Permit> ask(MethodLimit limit) {
        CompletionStage<Permit> asked = mayWait(limit)
                ? limit.limiter()
                        .acquireAsync(limit.route(), CallContext.current(), limit.maxWait(), SameThreads.current())
                : limit.limiter().acquireAsync(limit.route(), CallContext.current(), limit.maxWait());
        return asked.toCompletableFuture();
    }

    /** Without a wait nobody else completes what {@link #ask} returns. */
    private static boolean mayWait(MethodLimit limit) {
        return !limit.maxWait().equals(Duration.ZERO);
    }

    private void admitted(@Nullable Permit permit, @Nullable Throwable refused) {
        if (permit == null) {
            boolean unused = result.completeExceptionally(
                    refused == null ? new IllegalStateException("neither admitted nor refused") : refused);
            return;
        }
        if (result.isDone()) {
            permit.close();
            return;
        }
        CompletionStage<?> running;
        try {
            running = method.call();
            if (running == null) {
                throw new NullPointerException("the method has returned null instead of what completes later");
            }
        } catch (Throwable e) {
            permit.end(limit.limiter().outcomeOf(e));
            boolean unused = result.completeExceptionally(e);
            return;
        }
        if (cancels) {
            CompletableFuture<?> unused =
                    result.whenComplete((value, failure) -> withdrawIfCancelled(result, running.toCompletableFuture()));
        }
        running.whenComplete((value, failure) -> ended(permit, value, failure));
    }

    private void ended(Permit permit, @Nullable Object value, @Nullable Throwable failure) {
        permit.end(failure == null ? Outcome.SUCCESS : limit.limiter().outcomeOf(failure));
        boolean unused = failure == null ? result.complete(value) : result.completeExceptionally(failure);
    }

    private static void withdrawIfCancelled(CompletableFuture<?> result, CompletableFuture<?> waited) {
        if (result.isCancelled()) {
            boolean unused = waited.cancel(false);
        }
    }

    /** Whether this thread may be blocked. */
    static boolean mayBlock() {
        return !Context.isOnEventLoopThread();
    }
}
