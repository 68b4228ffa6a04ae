/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardPermit;
import io.loadline.guard.GuardedHttpClient;
import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import io.loadline.spring.internal.GuardedHosts;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/** Lets the requests of {@code WebClient} through the guards of their hosts. Thread-safe. */
final class GuardingFilter implements ExchangeFilterFunction {
    /*
     * The call ends with the body, which WebClient's users must consume or release. Until the headers it is bounded by its
     * time; how long a body may take is for whoever reads it.
     */
    private final GuardedHosts hosts;

    GuardingFilter(GuardedHosts hosts) {
        this.hosts = hosts;
    }

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        GuardedHosts.Target target = hosts.find(request.url());
        if (target == null) {
            return next.exchange(request);
        }
        return Mono.deferContextual(view -> {
            CallContext context = Guarded.context(view);
            GuardPermit permit = target.guard().acquire(context);
            try {
                ClientRequest outward = target.propagate() ? outward(request, context, permit) : request;
                return next.exchange(outward)
                        .timeout(permit.timeLimit(), Mono.error(permit::timeoutException))
                        .map(response -> until(response, permit))
                        .doOnError(permit::failure)
                        .doOnCancel(() -> permit.end(GuardOutcome.CANCELLED));
            } catch (Throwable e) {
                permit.failure(e);
                throw e;
            }
        });
    }

    private static ClientRequest outward(ClientRequest request, CallContext context, GuardPermit permit) {
        return ClientRequest.from(request)
                .headers(headers -> ContextHeaders.write(
                        context.timeout(permit.timeLimit()), name -> joined(headers, name), headers::set))
                .build();
    }

    private static ClientResponse until(ClientResponse response, GuardPermit permit) {
        GuardOutcome outcome =
                GuardedHttpClient.outcomeOfStatus(response.statusCode().value());
        return response.mutate()
                .body(body -> body.doOnError(permit::failure)
                        .doFinally(
                                signal -> permit.end(signal == SignalType.CANCEL ? GuardOutcome.CANCELLED : outcome)))
                .build();
    }

    private static @Nullable String joined(HttpHeaders headers, String name) {
        List<String> values = headers.getOrEmpty(name);
        return values.isEmpty() ? null : String.join(",", values);
    }
}
