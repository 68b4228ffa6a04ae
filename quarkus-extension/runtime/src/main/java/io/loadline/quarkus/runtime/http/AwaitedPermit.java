/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.limit.CallContext;
import io.loadline.limit.Permit;
import io.loadline.limit.RejectedException;
import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request that waits for its permit without a thread. Confined to the event loop of its connection. */
final class AwaitedPermit {
    /*
     * The limiter passes the permit on by the request's own context, on which the client's going is told, too: so one of both
     * comes first. A permit that is on its way when the client goes is given back.
     *
     * Quarkus has paused the request, and resumes it when somebody wants its body, unless somebody else does either: then what
     * comes of the body is lost if security asks somebody in between.
     */
    private final Exchange exchange;
    private final CallContext call;
    private final RoutingContext context;
    private final Context loop;
    private boolean gone;

    private AwaitedPermit(Exchange exchange, CallContext call, RoutingContext context) {
        this.exchange = exchange;
        this.call = call;
        this.context = context;
        this.loop = context.vertx().getOrCreateContext();
    }

    /** Serves or refuses {@code exchange} when its permit is there, at once if it is there already. */
    static void await(Exchange exchange, CallContext call, Duration atMost, RoutingContext context) {
        AwaitedPermit awaited = new AwaitedPermit(exchange, call, context);
        CompletableFuture<Permit> permit = exchange.limiter()
                .acquireAsync(exchange.route(), call, atMost, task -> awaited.loop.runOnContext(unused -> task.run()))
                .toCompletableFuture();
        if (permit.isDone()) {
            Object unused = permit.whenComplete(awaited::go);
            return;
        }
        int listener = context.addEndHandler(unused -> {
            awaited.gone = true;
            permit.cancel(false);
        });
        Object unused = permit.whenComplete((granted, failure) -> awaited.goOn(granted, failure, listener));
    }

    private void goOn(@Nullable Permit granted, @Nullable Throwable failure, int listener) {
        if (gone) {
            if (granted != null) {
                granted.close();
            }
            return;
        }
        boolean unused = context.removeEndHandler(listener);
        go(granted, failure);
    }

    private void go(@Nullable Permit granted, @Nullable Throwable failure) {
        try {
            serveOrRefuse(granted, failure);
        } catch (Throwable e) {
            // The permit's future would keep it, and the client wait for ever.
            Exchange.endUnserved(context, e);
            context.fail(e);
        }
    }

    private void serveOrRefuse(@Nullable Permit granted, @Nullable Throwable failure) {
        if (granted != null) {
            if (exchange.begin(granted.toTicket(), call)) {
                context.next();
            }
            return;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        exchange.refuse(
                cause instanceof RejectedException rejected
                        ? rejected.rejection()
                        : Rejection.of(RejectionReason.QUEUE));
    }
}
