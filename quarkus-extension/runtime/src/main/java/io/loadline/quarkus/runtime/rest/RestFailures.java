/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.rest;

import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardedHttpClient;
import io.loadline.quarkus.runtime.method.KnownFailures;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import org.jspecify.annotations.Nullable;

/** Knows answers that clients throw, and what they wrap. Stateless. */
@Singleton
public class RestFailures implements KnownFailures {

    @Override
    public @Nullable GuardOutcome outcomeOf(Throwable failure) {
        if (failure instanceof WebApplicationException answer) {
            return GuardedHttpClient.outcomeOfStatus(answer.getResponse().getStatus());
        }
        Throwable cause = failure.getCause();
        return failure instanceof ProcessingException && cause != null ? GuardOutcome.of(cause) : null;
    }
}
