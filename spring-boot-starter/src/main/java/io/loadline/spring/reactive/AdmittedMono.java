/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import io.loadline.drain.AdmittedExchange;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.Permit;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.metrics.LoadlineObservations;
import io.loadline.spring.internal.DependencyTimes;
import io.loadline.spring.internal.Outcomes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.ContextView;

/** A request that is admitted, or refused, when it is subscribed to, or later if it may wait. Immutable. */
final class AdmittedMono extends Mono<Void> {
    private final Loadline loadline;
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final Route route;
    private final CallContext context;
    private final @Nullable Duration maxWait;
    private final boolean longLived;
    private final ServerWebExchange exchange;
    private final WebFilterChain chain;
    private final LoadlineObservations observations;

    AdmittedMono(
            Loadline loadline,
            Route route,
            CallContext context,
            @Nullable Duration maxWait,
            boolean longLived,
            ServerWebExchange exchange,
            WebFilterChain chain) {
        this.loadline = loadline;
        this.limiter = loadline.limiter();
        this.drain = loadline.drain();
        this.observations = loadline.observations();
        this.route = route;
        this.context = context;
        this.maxWait = maxWait;
        this.longLived = longLived;
        this.exchange = exchange;
        this.chain = chain;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        if (maxWait != null) {
            AwaitedPermit.await(this, maxWait, actual);
            return;
        }
        long ticket;
        try {
            ticket = limiter.acquireTicket(route, context);
        } catch (RejectedException e) {
            refuse(e.rejection().reason()).subscribe(actual);
            return;
        }
        serve(ticket, actual);
    }

    /** Waits for a permit, which {@code executor} passes on; {@code observed} is in the context of who waits. */
    CompletionStage<Permit> acquire(Duration atMost, Executor executor, ContextView observed) {
        return Observed.telling(observed, () -> limiter.acquireAsync(route, context, atMost, executor));
    }

    /** Where the request is served. */
    Executor executor() {
        return NativeRequest.executor(exchange.getRequest());
    }

    void serve(long ticket, CoreSubscriber<? super Void> actual) {
        AdmittedExchange admission;
        CallContext served;
        try {
            served = DependencyTimes.begin(loadline, context);
            admission = new AdmittedExchange(
                    limiter, drain, route, ticket, drain.inFlightCalls().beginUnbound(route, ticket), served.timing());
        } catch (Throwable e) {
            limiter.release(ticket, route, Outcome.IGNORED);
            throw e;
        }
        try {
            handle(admission, served).subscribe(new AdmittedSubscriber(limiter, admission, served, exchange, actual));
        } catch (RuntimeException | Error e) {
            // Errors that are fatal to Reactor are thrown through everything, and no signal will come.
            admission.end(Outcomes.of(limiter, e));
            throw e;
        }
    }

    private Mono<Void> handle(AdmittedExchange admission, CallContext served) {
        if (served != CallContext.NONE) {
            exchange.getAttributes().put(CallContext.ATTRIBUTE, served);
        }
        EndableResponse response = new EndableResponse(exchange, admission, longLived);
        ServerWebExchange endable = exchange.mutate().response(response).build();
        if (exchange.getRequest().getHeaders().getUpgrade() != null) {
            exchange.getAttributes().put(ToldWebSocketService.ADMISSION, admission);
        }
        Mono<Void> handled = chain.filter(endable);
        return longLived ? untilTheEnd(admission, response, handled) : handled;
    }

    /** Waits for news until the service leaves; is refused then, unless it has begun to answer. */
    private Mono<Void> untilTheEnd(AdmittedExchange admission, EndableResponse response, Mono<Void> handled) {
        AtomicBoolean told = new AtomicBoolean();
        Sinks.Empty<Void> over = Sinks.empty();
        boolean unusedIfTooMany = admission.outlive(() -> {
            if (response.hasBody()) {
                response.endBody();
            } else if (!response.isCommitted()) {
                told.set(true);
                Sinks.EmitResult unused = over.tryEmitEmpty();
            }
        });
        return handled.takeUntilOther(over.asMono())
                .then(Mono.defer(
                        () -> told.get() && !response.isCommitted() ? refuse(RejectionReason.DRAINING) : Mono.empty()));
    }

    /** Whoever subscribes knows the request's observation; the limiter, where nobody waits, does not. */
    Mono<Void> refuse(RejectionReason reason) {
        return Mono.deferContextual(view -> {
            observations.of(Observed.of(view)).refused(route, reason);
            return Refusals.write(exchange.getRequest(), exchange.getResponse(), reason);
        });
    }
}
