/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.Streams;
import org.jspecify.annotations.Nullable;
import org.springframework.web.ErrorResponse;

/** Judges how requests end, beyond their status. Stateless. */
public final class Outcomes {
    /** Deep enough for what frameworks wrap around a failure, and an end for chains that have none. */
    private static final int MAX_DEPTH = 10;

    private Outcomes() {}

    /** The outcome of a request that ends with {@code failure}: that of its causes, if one of them stands for overload. */
    public static Outcome of(ConcurrencyLimiter limiter, Throwable failure) {
        @Nullable Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            Outcome outcome = cause instanceof ErrorResponse response
                    ? Outcome.ofHttpStatus(response.getStatusCode().value())
                    : limiter.outcomeOf(cause);
            if (outcome != Outcome.IGNORED) {
                return outcome;
            }
            cause = cause.getCause();
        }
        return Outcome.IGNORED;
    }

    /** Whether a response of this type lasts as long as its client likes, so that its duration is no latency. */
    public static boolean isStream(@Nullable String contentType) {
        return Streams.isStream(contentType);
    }

    /** Whether a response of this type is an event stream, whose client comes back by itself when it ends. */
    public static boolean isEventStream(@Nullable String contentType) {
        return Streams.isEventStream(contentType);
    }
}
