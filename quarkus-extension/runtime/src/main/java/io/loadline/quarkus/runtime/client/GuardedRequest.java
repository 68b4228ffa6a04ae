/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.client;

import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A guarded request on its way to a connection, which it may reach when nobody waits for it any more. Thread-safe. */
final class GuardedRequest {
    /*
     * A request that waits for a connection of the pool cannot be called back, and one that Quarkus knows to be cancelled keeps the
     * connection that it gets, for nothing, until the read timeout. So it goes on, and is reset once it has its connection, before
     * it is sent. Vert.x tells of requests that have one, but not whose they are; yet each call of a client has a context of its own.
     */
    private static final String KEY = GuardedRequest.class.getName();

    /** What is in the place of the request if nobody waits for it. */
    private static final Object GIVEN_UP = new Object();

    private final Context context;

    /** Set once, by whichever is first: the event loop, when there is a connection, or the timer, when there is no time left. */
    private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

    private GuardedRequest(Context context) {
        this.context = context;
    }

    /** One that a call of a client, the only one with this context, is about to ask a connection for. */
    static GuardedRequest in(Context context) {
        GuardedRequest request = new GuardedRequest(context);
        context.putLocal(KEY, request);
        return request;
    }

    /** Nobody waits for its answer any more: it is reset, now or when it has a connection. */
    void giveUp() {
        if (state.compareAndExchange(null, GIVEN_UP) instanceof HttpClientRequest sent) {
            boolean unused = sent.reset();
        }
    }

    /** A request of a client, guarded or not, has a connection and is about to be sent. By the thread that sends it. */
    static void connected(HttpClientRequest request) {
        Context current = Vertx.currentContext();
        if (current == null || !VertxContext.isDuplicatedContext(current)) {
            return;
        }
        GuardedRequest guarded = current.getLocal(KEY);
        // A context has what is in the one it was made in, so that of a call in the course of another.
        if (guarded != null
                && guarded.context == current
                && guarded.state.compareAndExchange(null, request) == GIVEN_UP) {
            withdraw(request, current);
        }
    }

    private static void withdraw(HttpClientRequest request, Context current) {
        // Or Vert.x writes an error to the log.
        HttpClientRequest unused = request.exceptionHandler(failure -> {});
        if (request.version() == HttpVersion.HTTP_2) {
            // Its stream gives its place back at its end, which one that has never begun does not come to.
            current.runOnContext(sent -> reset(request));
        } else {
            reset(request);
        }
    }

    private static void reset(HttpClientRequest request) {
        boolean unused = request.reset();
    }
}
