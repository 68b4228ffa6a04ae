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
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

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
            GuardPermit permit = Observed.telling(view, () -> target.guard().acquire(context));
            try {
                ClientRequest outward = target.propagate() ? outward(request, context, permit) : request;
                Mono<ClientResponse> response = next.exchange(outward)
                        .timeout(permit.timeLimit(), Mono.error(permit::timeoutException))
                        .map(begun -> until(begun, permit));
                // What has begun ends with its body; without a response there is none.
                AtomicBoolean hasBegun = new AtomicBoolean();
                return GuardedSubscriber.mono(response, permit, begun -> hasBegun.set(true), () -> {
                    if (!hasBegun.get()) {
                        permit.end(GuardOutcome.CANCELLED);
                    }
                });
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
        try {
            GuardOutcome outcome =
                    GuardedHttpClient.outcomeOfStatus(response.statusCode().value());
            return response.mutate()
                    .body(body -> GuardedSubscriber.flux(body, permit, () -> permit.end(outcome)))
                    .build();
        } catch (Throwable e) {
            permit.failure(e);
            throw e;
        }
    }

    private static @Nullable String joined(HttpHeaders headers, String name) {
        List<String> values = headers.getOrEmpty(name);
        return values.isEmpty() ? null : String.join(",", values);
    }
}
