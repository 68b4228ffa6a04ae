/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers errors as problems of RFC 9457, as Loadline does refusals. Stateless. */
@Provider
public class Problems implements ExceptionMapper<WebApplicationException> {

    @Override
    public Response toResponse(WebApplicationException failure) {
        Response.StatusType status = failure.getResponse().getStatusInfo();
        return Response.status(status)
                .type("application/problem+json")
                .entity(new Problem(
                        "about:blank", status.getReasonPhrase(), status.getStatusCode(), failure.getMessage()))
                .build();
    }

    /** The body. */
    public record Problem(String type, String title, int status, String detail) {}
}
