/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardPermit;
import io.loadline.guard.GuardTimeoutException;
import io.loadline.guard.GuardedHttpClient;
import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import io.loadline.quarkus.runtime.client.GuardedHosts.Target;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.client.impl.RestClientRequestContext;
import org.jboss.resteasy.reactive.client.spi.ResteasyReactiveClientRequestContext;
import org.jboss.resteasy.reactive.common.jaxrs.ResponseImpl;
import org.jspecify.annotations.Nullable;

/** Makes each request of a client a call of its guard. Thread-safe. */
final class GuardFilter implements ClientRequestFilter {
    /*
     * The result of a request is one future: it completes with the answer and its body, of what is streamed with its head,
     * with whatever went wrong, and when its caller goes. So the call ends with it. When the call's time is up the result is
     * completed here, which gives a thread that waits for it back, and the request is reset: else it would hold its connection.
     * What Quarkus makes of it after that, nobody hears.
     *
     * Filters of responses would hear neither of connections that fail nor of time.
     */
    private static final int FIRST_ERROR = 400;

    private final ClientGuards guards;
    private final Class<?> client;

    GuardFilter(ClientGuards guards, Class<?> client) {
        this.guards = guards;
        this.client = client;
    }

    @Override
    public void filter(ClientRequestContext context) {
        if (context instanceof ResteasyReactiveClientRequestContext known) {
            RestClientRequestContext request = known.unwrap(RestClientRequestContext.class);
            Target target = guards.find(request.getInvokedMethod(), client, context.getUri());
            if (target != null) {
                guard(known, request, target);
            }
        }
    }

    private static void guard(
            ResteasyReactiveClientRequestContext context, RestClientRequestContext request, Target target) {
        CallContext call = CallContext.current();
        GuardPermit permit = target.guard().acquire(call);
        try {
            if (target.propagate()) {
                MultivaluedMap<String, Object> headers = context.getHeaders();
                ContextHeaders.write(
                        call.timeout(permit.timeLimit()), name -> joined(headers, name), headers::putSingle);
            }
            follow(request, permit, context.getContext());
        } catch (Throwable e) {
            permit.failure(e);
            throw e;
        }
    }

    private static void follow(RestClientRequestContext request, GuardPermit permit, Context context) {
        GuardedRequest guarded = GuardedRequest.in(context);
        Vertx vertx = context.owner();
        long timer =
                vertx.setTimer(Math.max(1, permit.remaining().toMillis()), unused -> expire(request, guarded, permit));
        CompletableFuture<ResponseImpl> unused = request.getResult().whenComplete((response, failure) -> {
            boolean unusedIfOver = vertx.cancelTimer(timer);
            if (failure == null) {
                permit.end(GuardedHttpClient.outcomeOfStatus(response.getStatus()));
            } else {
                end(request, permit, failure);
            }
        });
    }

    private static void expire(RestClientRequestContext request, GuardedRequest guarded, GuardPermit permit) {
        if (request.isUserCanceled()) {
            // Of one that never had a connection nobody is told.
            permit.end(GuardOutcome.CANCELLED);
            return;
        }
        GuardTimeoutException late = permit.timeoutException();
        permit.failure(late);
        if (request.getResult().completeExceptionally(new ProcessingException(late.getMessage(), late))) {
            guarded.giveUp();
        }
    }

    /** Whatever the application makes of an answer, its status tells; without one, or without its body, the failure does. */
    private static void end(RestClientRequestContext request, GuardPermit permit, Throwable failure) {
        int status = request.getResponseStatus();
        if (request.isUserCanceled()) {
            permit.end(GuardOutcome.CANCELLED);
        } else if (status >= FIRST_ERROR) {
            permit.end(GuardedHttpClient.outcomeOfStatus(status));
        } else {
            permit.failure(failure);
        }
    }

    private static @Nullable String joined(MultivaluedMap<String, Object> headers, String name) {
        List<Object> values = headers.get(name);
        return values == null || values.isEmpty()
                ? null
                : values.stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
