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
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A request on its way through the service. Thread-safe once it is admitted. */
final class Exchange {
    /*
     * It ends once, with the first that comes: the end of the response's body, or the end of whoever worked for a client that
     * has gone. Vert.x keeps one listener of each kind, and frameworks put theirs in its place: streams that of the connection's
     * going, blocking bodies that of failures, too large a request that of the end. And of a response that is reset half-way
     * Vert.x tells nobody, hence the connection. Over HTTP/1 that and the end of the body are all that is listened to: the other
     * listeners, three at once for a RoutingContext, cost as much as the limiter. Should an application have put its own in their
     * place, or reroute to where Loadline has no filter, which forgets them, whoever looks next at the connection ends it.
     *
     * A client that goes ends nothing by itself: a worker goes on, and so does the place that it takes, or a crowd of impatient
     * clients would have any number of workers busy. Vert.x tells the end of a body that nobody gets as well. Where none comes,
     * since what was under way has been cancelled, the framework tells by its Work; where neither comes the place is given back
     * after a while, later if a thread is known to be busy with it, so that it is not lost for good.
     *
     * An event stream takes a place until its resource has returned and its head is written, since what it does until then is
     * work. Whether there may be one more of them is asked before.
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

    /** How long work for a client that has gone keeps its place if nothing tells its end, and if a thread still has it. */
    private static final long ORPHAN_MILLIS = 60_000;

    private static final int MOST_ORPHAN_MINUTES = 60;

    private static final long NO_TIMER = -1;

    private final Loadline loadline;
    private final ConcurrencyLimiter limiter;
    private final RoutingContext context;
    private final MatchedRoute matched;
    private final boolean longLived;
    private final Context loop;

    /** Tells when the connection goes; null if that is none of the server's own. */
    private final @Nullable OpenConnection connection;

    private final OpenAnswers answers;

    /** Written once, before anybody serves it. */
    private @Nullable AdmittedExchange admitted;

    /** Whether it asks for a WebSocket. Written before it is admitted. */
    private boolean mayUpgrade;

    /** Whether its response is a stream, null before its head. Written by who writes that, read at the end. */
    private volatile @Nullable Boolean stream;

    /** Who serves it; null where nobody tells. Written by the framework before it begins, read when the client goes. */
    private volatile @Nullable Work work;

    /** Whether a place among the streams is kept for it; swapped by whoever takes or gives back that. */
    private final AtomicBoolean streamKept = new AtomicBoolean();

    /** Whether it takes no place any more, since it lasts. Written by who finds out, read when the client goes. */
    private volatile boolean lasting;

    /** Written on the loop before it is told to go, read at its end. */
    private volatile boolean farewellSaid;

    /** Written on the loop when the client has gone, read at the end. */
    private volatile boolean clientGone;

    /** What ends it at last when its client has gone. Written on the loop, read at the end; one that is missed does no harm. */
    private volatile long orphanTimer = NO_TIMER;

    /** Written by its end, read on the loop. */
    private volatile boolean over;

    /** {@code longLived}: it waits until somebody ends it. */
    Exchange(
            Loadline loadline,
            RoutingContext context,
            MatchedRoute matched,
            boolean longLived,
            OpenAnswers answers,
            @Nullable OpenConnection connection) {
        this.loadline = loadline;
        this.answers = answers;
        this.connection = connection;
        this.limiter = loadline.limiter();
        this.context = context;
        this.matched = matched;
        this.longLived = longLived;
        this.loop = context.vertx().getOrCreateContext();
    }

    Route route() {
        return matched.route();
    }

    ConcurrencyLimiter limiter() {
        return limiter;
    }

    /** Tells whether it asks for a WebSocket. */
    void mayUpgrade(boolean asks) {
        mayUpgrade = asks;
    }

    /** Admits it, or refuses it at once; returns whether it is to be served now. */
    boolean admit(CallContext call) {
        long ticket;
        try {
            ticket = limiter.acquireTicket(route(), call);
        } catch (RejectedException e) {
            refuse(e.rejection());
            return false;
        }
        return begin(ticket, call);
    }

    void refuse(Rejection rejection) {
        Refusals.refuse(context, rejection);
    }

    /** Begins it, unless there are too many streams; the ticket is given back at its end. Returns whether it is to be served. */
    boolean begin(long ticket, CallContext call) {
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
            AdmittedRequest.carry(loop, this);
            if (connection != null) {
                connection.begin(this);
            }
            if (connection == null || !Connections.isHttp1(context.request())) {
                context.addEndHandler(this::ended);
            }
            listenAgain();
            if (lasts(begun)) {
                return true;
            }
            // That there are too many streams says nothing about the limit.
            end(Outcome.IGNORED);
            refuse(Rejection.of(RejectionReason.ROUTE_CAP));
            return false;
        } catch (Throwable e) {
            end(outcomeOf(e));
            throw e;
        }
    }

    /** Ends it, if there is one, since nobody can serve it. */
    static void endUnserved(RoutingContext context, Throwable failure) {
        Exchange exchange = context.get(KEY);
        if (exchange != null) {
            exchange.end(exchange.outcomeOf(failure));
        }
    }

    /** Whether it takes a place of the limit still: a stream takes none. */
    boolean hasPlace() {
        return !over && !lasting;
    }

    /** To be called after a rerouting, too. */
    void listenAgain() {
        context.addBodyEndHandler(unused -> answered());
    }

    /** The framework tells who serves it, before that begins. */
    static void follow(RoutingContext context, Work work) {
        Exchange exchange = context.get(KEY);
        if (exchange != null) {
            exchange.work = work;
        }
    }

    /** Tells that it will last, if that is known by now; returns false if there are as many such as there may be. */
    private boolean lasts(AdmittedExchange begun) {
        Streams streams = limiter.streams();
        if (mayUpgrade) {
            // When it is made it is too late to refuse it.
            if (!streams.hasRoom()) {
                return streams.countRefusable(route(), false);
            }
            long unused = context.vertx().setPeriodic(UPGRADE_MILLIS, timer -> lookForUpgrade(begun, timer));
        }
        if (longLived) {
            boolean outlives =
                    matched.events() ? begun.outliveOrRefuse(this::sayFarewell) : begun.outlive(this::sayFarewell);
            lasting = outlives;
            return outlives || !matched.events();
        }
        if (matched.events()) {
            streamKept.set(streams.countRefusable(route(), streams.tryBegin()));
            return streamKept.get();
        }
        return true;
    }

    private void lookForUpgrade(AdmittedExchange begun, long timer) {
        boolean upgraded = isUpgraded();
        if (upgraded) {
            // Whoever is at the other end is told by the server, when that closes. It is open, so it counts, even if
            // others have come first: as a call it would hold the drain.
            limiter.streams().begin();
            outliveBegun(begun, () -> {});
            answers.doNotWaitFor(context);
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
        if (begun == null) {
            return;
        }
        boolean streams = Streams.isStream(type);
        stream = streams;
        boolean events = streams && Streams.isEventStream(type);
        if (events) {
            // Its client may not read, and is to hold the drain for the farewell only.
            answers.doNotWaitFor(context);
        }
        if (lasting) {
            return;
        }
        if (events) {
            if (streamKept.compareAndSet(true, false)) {
                outliveBegun(begun, this::sayFarewell);
            } else {
                lasting = begun.outlive(this::sayFarewell);
            }
        } else {
            // Such as an error.
            giveStreamBack();
            boolean unusedIfTooMany = !streams || begun.stream();
        }
    }

    private void outliveBegun(AdmittedExchange begun, Runnable farewell) {
        begun.outliveBegun(farewell);
        lasting = true;
    }

    private void giveStreamBack() {
        if (streamKept.get() && streamKept.compareAndSet(true, false)) {
            limiter.streams().end();
        }
    }

    /** By another thread, when a drain is announced. */
    private void sayFarewell() {
        loop.runOnContext(unused -> {
            farewellSaid = true;
            Farewell.say(context);
        });
    }

    private void ended(AsyncResult<Void> result) {
        // When a connection goes, its response ends without having been written.
        boolean written = result.succeeded() && context.response().ended();
        if (!written) {
            goOnWithoutClient();
            return;
        }
        answered();
    }

    private void answered() {
        end(outcome());
        if (farewellSaid) {
            Connections.close(context);
        } else if (loadline.drain().isDraining()) {
            Connections.closeIfAsked(context);
        }
    }

    /** Whether Vert.x has its whole answer; what is upgraded goes on after that. */
    boolean isAnswered() {
        HttpServerResponse response = context.response();
        return response.ended() && response.getStatusCode() != SWITCHING_PROTOCOLS;
    }

    /** How long it took nobody knows any more. */
    void endIfAnswered() {
        if (isAnswered()) {
            end(Outcome.IGNORED);
        }
    }

    /** Maybe because its client has got all there was. */
    void connectionGone() {
        if (context.response().ended()) {
            end(outcome());
        } else {
            goOnWithoutClient();
        }
    }

    private void goOnWithoutClient() {
        if (clientGone || over) {
            return;
        }
        clientGone = true;
        Work known = work;
        if (lasting || (known != null && known.endsWithItsClient())) {
            end(Outcome.IGNORED);
            return;
        }
        if (known != null) {
            known.whenDone(() -> end(Outcome.IGNORED));
        }
        if (!over) {
            awaitEnd(1);
        }
    }

    private void awaitEnd(int minutes) {
        orphanTimer = context.vertx().setTimer(ORPHAN_MILLIS, timer -> {
            Work known = work;
            if (known != null && known.isRunning() && minutes < MOST_ORPHAN_MINUTES) {
                awaitEnd(minutes + 1);
            } else {
                end(Outcome.IGNORED);
            }
        });
    }

    private void end(Outcome outcome) {
        over = true;
        if (connection != null) {
            connection.end(this);
        }
        long timer = orphanTimer;
        if (timer != NO_TIMER) {
            // Or it would keep all of the request until then.
            boolean unused = context.vertx().cancelTimer(timer);
        }
        giveStreamBack();
        AdmittedExchange begun = admitted;
        if (begun != null) {
            begun.end(clientGone ? Outcome.IGNORED : outcome);
        }
    }

    private Outcome outcome() {
        int status = context.response().getStatusCode();
        Boolean known = stream;
        boolean streams =
                known == null ? Streams.isStream(context.response().headers().get(HttpHeaders.CONTENT_TYPE)) : known;
        if (status == SWITCHING_PROTOCOLS || streams) {
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
