/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.drain.AdmittedExchange;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.spring.internal.Outcomes;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** Ends an admitted request when its response has been written, failed or been cancelled. Thread-safe. */
final class AdmittedSubscriber implements CoreSubscriber<Void>, Subscription {
    private final ConcurrencyLimiter limiter;
    private final AdmittedExchange admission;
    private final CallContext context;
    private final ServerWebExchange exchange;
    private final CoreSubscriber<? super Void> actual;

    /** Written once before the downstream sees this subscription, which orders its calls after that. */
    private @Nullable Subscription upstream;

    AdmittedSubscriber(
            ConcurrencyLimiter limiter,
            AdmittedExchange admission,
            CallContext context,
            ServerWebExchange exchange,
            CoreSubscriber<? super Void> actual) {
        this.limiter = limiter;
        this.admission = admission;
        this.context = context;
        this.exchange = exchange;
        this.actual = actual;
    }

    @Override
    public Context currentContext() {
        Context outer = actual.currentContext();
        return context == CallContext.NONE ? outer : outer.put(CallContext.class, context);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        actual.onSubscribe(this);
    }

    @Override
    public void onNext(Void none) {
        actual.onNext(none);
    }

    @Override
    public void onError(Throwable failure) {
        end(() -> Outcomes.of(limiter, failure));
        actual.onError(failure);
    }

    @Override
    public void onComplete() {
        end(this::outcome);
        actual.onComplete();
    }

    @Override
    public void request(long count) {
        if (upstream != null) {
            upstream.request(count);
        }
    }

    @Override
    public void cancel() {
        try {
            if (upstream != null) {
                upstream.cancel();
            }
        } finally {
            admission.end(Outcome.IGNORED);
        }
    }

    /** What the response says of itself may be nonsense, such as a length that is no number; it ends all the same. */
    private void end(Supplier<Outcome> judged) {
        Outcome outcome = Outcome.IGNORED;
        try {
            outcome = judged.get();
        } catch (RuntimeException unjudged) {
            // Ignored.
        } finally {
            admission.end(outcome);
        }
    }

    private Outcome outcome() {
        ServerHttpResponse response = exchange.getResponse();
        // Other upgrades that are asked for, such as the JDK client's h2c, are answered as usual.
        if ("websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade())
                || Outcomes.isStream(response.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))) {
            return Outcome.IGNORED;
        }
        // With a length, a client may have read all and gone; without, it waits for the end that has not been sent yet.
        if (response.getHeaders().getContentLength() < 0 && NativeRequest.isClientGone(exchange.getRequest())) {
            return Outcome.IGNORED;
        }
        HttpStatusCode status = response.getStatusCode();
        return Outcome.ofHttpStatus(status == null ? 200 : status.value());
    }
}
