/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a failure says of the call that ends with it, and who is told. As thread-safe as the functions that it was given. */
final class FailureOutcomes {
    private final Function<? super Throwable, Outcome> outcomeOf;
    private final Consumer<? super Throwable> listener;

    FailureOutcomes(Function<? super Throwable, Outcome> outcomeOf, Consumer<? super Throwable> listener) {
        this.outcomeOf = outcomeOf;
        this.listener = listener;
    }

    Outcome of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        tell(cause);
        try {
            return Objects.requireNonNullElse(outcomeOf.apply(cause), Outcome.IGNORED);
        } catch (Throwable e) {
            // The call's own failure is what the caller must see, and the call must end whatever happens here.
            return Outcome.IGNORED;
        }
    }

    private void tell(Throwable failure) {
        try {
            listener.accept(failure);
        } catch (Throwable e) {
            // As above; and what the outcome is does not hang on who listens.
        }
    }

    static Outcome byDefault(Throwable failure) {
        return failure instanceof TimeoutException
                        || failure instanceof RejectedException
                        || failure instanceof RejectedExecutionException
                ? Outcome.DROPPED
                : Outcome.IGNORED;
    }
}
