/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import io.loadline.limit.RejectedException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What exceptions say about a dependency, unless somebody knows better. Stateless. */
final class Outcomes {
    private Outcomes() {}

    static GuardOutcome ofFailure(Throwable failure) {
        if (failure instanceof TimeoutException
                || failure instanceof HttpTimeoutException
                || failure instanceof SocketTimeoutException
                || failure instanceof GuardTimeoutException) {
            return GuardOutcome.TIMED_OUT;
        }
        // A refusal further in is this service's own doing; without memory everything fails.
        return failure instanceof InterruptedException
                        || failure instanceof CancellationException
                        || failure instanceof GuardRefusedException
                        || failure instanceof RejectedException
                        || failure instanceof VirtualMachineError
                ? GuardOutcome.CANCELLED
                : GuardOutcome.FAILURE;
    }

    /** What was thrown, without what futures wrap it in. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof ExecutionException) {
            @Nullable Throwable inner = cause.getCause();
            if (inner == null) {
                break;
            }
            cause = inner;
        }
        return cause;
    }
}
