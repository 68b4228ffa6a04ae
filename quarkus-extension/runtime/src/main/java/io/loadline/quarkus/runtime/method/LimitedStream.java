/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.limit.Outcome;
import io.loadline.limit.Permit;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The result of a method that returns a stream. Stateless; each subscription is a call, from asking to be admitted to its end. */
final class LimitedStream {
    /*
     * Whoever ends the stream has its permit, if that has come: the end of its items, a failure, that of being refused among
     * them, or a subscriber that goes. One that goes while it waits withdraws, and if the permit comes at that moment, either
     * withdrawing is in time, so that the limiter keeps it, or the permit is here.
     */
    private LimitedStream() {}

    static Multi<?> of(MethodLimit limit, Callable<? extends @Nullable Object> method) {
        return Multi.createFrom().deferred(() -> {
            CompletableFuture<Permit> permit = LimitedCall.ask(limit);
            return Uni.createFrom()
                    .completionStage(permit)
                    .onItem()
                    .transformToMulti(admitted -> call(method))
                    .onTermination()
                    .invoke((failure, cancelled) -> end(limit, permit, failure, cancelled));
        });
    }

    private static Flow.Publisher<?> call(Callable<? extends @Nullable Object> method) {
        try {
            if (method.call() instanceof Flow.Publisher<?> stream) {
                return stream;
            }
            throw new NullPointerException("the method has returned null instead of a stream");
        } catch (Exception e) {
            return Multi.createFrom().failure(e);
        }
    }

    private static void end(
            MethodLimit limit, CompletableFuture<Permit> permit, @Nullable Throwable failure, boolean cancelled) {
        boolean unusedIfItHasCome = cancelled && permit.cancel(false);
        if (permit.isDone() && !permit.isCompletedExceptionally()) {
            permit.join().end(outcome(limit, failure, cancelled));
        }
    }

    private static Outcome outcome(MethodLimit limit, @Nullable Throwable failure, boolean cancelled) {
        return cancelled
                ? Outcome.IGNORED
                : failure == null ? Outcome.SUCCESS : limit.limiter().outcomeOf(failure);
    }
}
