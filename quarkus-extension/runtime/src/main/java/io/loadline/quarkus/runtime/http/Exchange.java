/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.Loadline;
import io.loadline.drain.AdmittedExchange;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.RejectedException;
import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.limit.Streams;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** A request on its way through the service. Thread-safe once it is admitted. */
final class Exchange implements ChannelFutureListener {
    /*
     * It ends once, with the first that comes: the end of the response's body, the end of the exchange, or the connection's
     * going. All of them are listened to, since Vert.x keeps one listener of each kind and frameworks put theirs in its place:
     * streams that of the connection's going, blocking bodies that of failures, too large a request that of the end. And of a
     * response that is reset half-way Vert.x tells nobody, hence the channel.
     *
     * When the client goes, so does the permit, although a worker may go on for a while for nobody: nothing tells its end.
     *
     * An upgrade to a WebSocket is told by nobody, neither that it was made nor when it ends. Whether one was made is looked at
     * while it may be: what a client asks for counts as any other request, or asking would be a way around the limit. From then
     * on it lasts as long as its connection.
     */
    static final String KEY = Exchange.class.getName();

    /** Deep enough for what frameworks wrap around a failure, and an end for chains that have none. */
    private static final int MAX_DEPTH = 10;

    private static final int SWITCHING_PROTOCOLS = 101;
    private static final long UPGRADE_MILLIS = 100;

    private final Loadline loadline;
    private final ConcurrencyLimiter limiter;
    private final RoutingContext context;
    private final MatchedRoute matched;
    private final boolean longLived;
    private final Context loop;

    /** Completes when the connection goes; null if that is none of the server's own. */
    private final @Nullable ChannelFuture closing;

    /** Written once, before anybody listens. */
    private @Nullable AdmittedExchange admitted;

    /** Written on the loop when it is told to go, read at its end. */
    private boolean farewellSaid;

    /** Written by its end, read on the loop. */
    private volatile boolean over;

    /** {@code longLived}: it waits until somebody ends it. */
    Exchange(Loadline loadline, RoutingContext context, MatchedRoute matched, boolean longLived) {
        this.loadline = loadline;
        this.limiter = loadline.limiter();
        this.context = context;
        this.matched = matched;
        this.longLived = longLived;
        this.loop = context.vertx().getOrCreateContext();
        this.closing = context.request().connection() instanceof ConnectionBase connection
                ? connection.channel().closeFuture()
                : null;
    }

    Route route() {
        return matched.route();
    }

    ConcurrencyLimiter limiter() {
        return limiter;
    }

    /** Serves it, or refuses it at once. */
    void admit(CallContext call) {
        long ticket;
        try {
            ticket = limiter.acquireTicket(route(), call);
        } catch (RejectedException e) {
            Refusals.write(context, e.rejection());
            return;
        }
        serve(ticket, call);
    }

    /** Serves it; the ticket is given back at its end. */
    void serve(long ticket, CallContext call) {
        AdmittedExchange begun;
        try {
            CallContext served = loadline.guards().isEmpty() ? call : call.timing(limiter.beginTiming());
            begun = new AdmittedExchange(
                    limiter,
                    loadline.drain(),
                    route(),
                    ticket,
                    loadline.drain().inFlightCalls().beginUnbound(route(), ticket),
                    served.timing());
            if (served != CallContext.NONE) {
                context.put(CallContext.ATTRIBUTE, served);
                CarriedContext.carry(loop, served);
            }
        } catch (Throwable e) {
            limiter.release(ticket, route(), Outcome.IGNORED);
            throw e;
        }
        admitted = begun;
        try {
            context.put(KEY, this);
            if (closing != null) {
                closing.addListener(this);
            }
            context.addEndHandler(this::ended);
            listenAgain();
            if (lasts(begun)) {
                context.next();
            } else {
                Refusals.write(context, Rejection.of(RejectionReason.ROUTE_CAP));
            }
        } catch (Throwable e) {
            begun.end(outcomeOf(e));
            throw e;
        }
    }

    /** To be called after a rerouting, too. */
    void listenAgain() {
        context.addBodyEndHandler(unused -> end(outcome()));
    }

    /** Tells that it will last, if that is known by now; returns false if there are as many such as there may be. */
    private boolean lasts(AdmittedExchange begun) {
        if ("websocket".equalsIgnoreCase(context.request().getHeader(HttpHeaders.UPGRADE))) {
            long unused = context.vertx().setPeriodic(UPGRADE_MILLIS, timer -> lookForUpgrade(begun, timer));
        }
        if (matched.events()) {
            return begun.outliveOrRefuse(this::sayFarewell);
        }
        if (longLived) {
            boolean unusedIfTooMany = begun.outlive(this::sayFarewell);
        }
        return true;
    }

    private void lookForUpgrade(AdmittedExchange begun, long timer) {
        boolean upgraded = isUpgraded();
        if (upgraded) {
            // Whoever is at the other end is told by the server, when that closes.
            boolean unusedIfTooMany = begun.outlive(() -> {});
        }
        if (upgraded || over) {
            boolean unused = context.vertx().cancelTimer(timer);
        }
    }

    private boolean isUpgraded() {
        HttpServerResponse response = context.response();
        return response.getStatusCode() == SWITCHING_PROTOCOLS && response.ended();
    }

    /** What is known by the type of its response: how long a stream takes is no latency. */
    void beforeHead() {
        AdmittedExchange begun = admitted;
        String type = context.response().headers().get(HttpHeaders.CONTENT_TYPE);
        if (begun == null || !Streams.isStream(type)) {
            return;
        }
        boolean unusedIfTooMany = Streams.isEventStream(type) ? begun.outlive(this::sayFarewell) : begun.stream();
    }

    /** By another thread, when a drain is announced: ends a body between two writes, or answers before there is one. */
    private void sayFarewell() {
        loop.runOnContext(unused -> {
            HttpServerResponse response = context.response();
            if (response.ended() || response.closed()) {
                return;
            }
            farewellSaid = true;
            if (response.headWritten()) {
                response.end();
            } else {
                Refusals.write(context, Rejection.of(RejectionReason.DRAINING));
            }
        });
    }

    private void ended(AsyncResult<Void> result) {
        // When a connection goes, its response ends without having been written.
        boolean written = result.succeeded() && context.response().ended();
        end(written ? outcome() : Outcome.IGNORED);
        if (written && farewellSaid) {
            Connections.close(context);
        } else if (written && loadline.drain().isDraining()) {
            Connections.closeIfAsked(context);
        }
    }

    /** The connection has gone, maybe because its client has got all there was. */
    @Override
    public void operationComplete(ChannelFuture gone) {
        end(context.response().ended() ? outcome() : Outcome.IGNORED);
    }

    private void end(Outcome outcome) {
        over = true;
        if (closing != null) {
            closing.removeListener(this);
        }
        AdmittedExchange begun = admitted;
        if (begun != null) {
            begun.end(outcome);
        }
    }

    private Outcome outcome() {
        int status = context.response().getStatusCode();
        if (status == SWITCHING_PROTOCOLS
                || Streams.isStream(context.response().headers().get(HttpHeaders.CONTENT_TYPE))) {
            return Outcome.IGNORED;
        }
        Throwable failure = context.failure();
        Outcome outcome = failure == null ? Outcome.IGNORED : outcomeOf(failure);
        return outcome == Outcome.IGNORED ? Outcome.ofHttpStatus(status) : outcome;
    }

    /** That of the failure's causes, if one of them stands for overload. */
    private Outcome outcomeOf(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            Outcome outcome = limiter.outcomeOf(cause);
            if (outcome != Outcome.IGNORED) {
                return outcome;
            }
            cause = cause.getCause();
        }
        return Outcome.IGNORED;
    }
}
