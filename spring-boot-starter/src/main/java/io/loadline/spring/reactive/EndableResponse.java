/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.drain.AdmittedExchange;
import io.loadline.limit.RejectionReason;
import io.loadline.spring.internal.Outcomes;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A response whose stream of events ends, between two of them, when the service leaves. Thread-safe. */
final class EndableResponse extends ServerHttpResponseDecorator {
    private final ServerWebExchange exchange;
    private final AdmittedExchange admission;
    private final boolean longLived;

    /** Written when the body begins to be written, read by whoever ends it. */
    private volatile Sinks.@Nullable Empty<Void> end;

    /** {@code longLived}: its body is endless whatever its type. */
    EndableResponse(ServerWebExchange exchange, AdmittedExchange admission, boolean longLived) {
        super(exchange.getResponse());
        this.exchange = exchange;
        this.admission = admission;
        this.longLived = longLived;
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        String type = getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
        boolean stream = Outcomes.isStream(type) && !returnsOneValue();
        boolean events = stream && Outcomes.isEventStream(type);
        if (!longLived && !events) {
            boolean unusedIfTooMany = !stream || admission.stream();
            return super.writeAndFlushWith(body);
        }
        Sinks.Empty<Void> ended = Sinks.empty();
        end = ended;
        if (events && !admission.outliveOrRefuse(this::endBody)) {
            return refuse();
        }
        return super.writeAndFlushWith(Flux.from(body).takeUntilOther(ended.asMono()));
    }

    /** There are as many streams as there may be; nothing has been written yet. */
    private Mono<Void> refuse() {
        return Refusals.write(exchange.getRequest(), getDelegate(), RejectionReason.ROUTE_CAP);
    }

    /** One value is one answer, although a client may have it sent as an event. */
    private boolean returnsOneValue() {
        Object handler = exchange.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE);
        return handler instanceof HandlerMethod method && returnsOneValue(method);
    }

    private static boolean returnsOneValue(HandlerMethod method) {
        ResolvableType type = ResolvableType.forMethodParameter(method.getReturnType());
        for (; ; ) {
            Class<?> raw = type.toClass();
            ReactiveAdapter adapter =
                    ReactiveAdapterRegistry.getSharedInstance().getAdapter(raw);
            if (adapter != null && adapter.isMultiValue()) {
                return false;
            }
            if (adapter == null && !HttpEntity.class.isAssignableFrom(raw)) {
                // Object is anything, and one that returns nothing writes the response itself.
                return raw != Object.class && raw != Void.class && raw != void.class;
            }
            type = type.getGeneric();
        }
    }

    boolean hasBody() {
        return end != null;
    }

    /** Does nothing before there is one. */
    void endBody() {
        Sinks.Empty<Void> present = end;
        if (present != null) {
            Sinks.EmitResult unused = present.tryEmitEmpty();
        }
    }
}
