/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.rest;

import io.loadline.limit.RejectedException;
import io.loadline.limit.Rejection;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.nio.charset.StandardCharsets;

/** Answers requests within which a call was refused as those that are refused themselves. Stateless. */
public final class RejectionMapper implements ExceptionMapper<RejectedException> {

    @Override
    public Response toResponse(RejectedException refused) {
        Rejection rejection = refused.rejection();
        // As text, which whoever writes JSON leaves as it is.
        return Response.status(rejection.status())
                .header(HttpHeaders.RETRY_AFTER, rejection.retryAfterSeconds())
                .type(Rejection.PROBLEM_JSON)
                .entity(new String(rejection.problemJson(), StandardCharsets.UTF_8))
                .build();
    }
}
