/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.internal.Admission;
import io.loadline.spring.internal.Outcomes;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A response whose stream of events ends, between two of them, when the service leaves. Thread-safe. */
final class EndableResponse extends ServerHttpResponseDecorator {
    private final Admission admission;
    private final boolean longLived;

    /** Written when the body begins to be written, read by whoever ends it. */
    private volatile Sinks.@Nullable Empty<Void> end;

    /** {@code longLived}: its body is endless whatever its type. */
    EndableResponse(ServerHttpResponse delegate, Admission admission, boolean longLived) {
        super(delegate);
        this.admission = admission;
        this.longLived = longLived;
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        if (!longLived && !Outcomes.isEventStream(getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))) {
            return super.writeAndFlushWith(body);
        }
        Sinks.Empty<Void> ended = Sinks.empty();
        end = ended;
        admission.outlive(() -> {
            boolean unused = endBody();
        });
        return super.writeAndFlushWith(Flux.from(body).takeUntilOther(ended.asMono()));
    }

    /** Returns whether there was a body to end. */
    boolean endBody() {
        Sinks.Empty<Void> present = end;
        if (present == null) {
            return false;
        }
        Sinks.EmitResult unused = present.tryEmitEmpty();
        return true;
    }
}
