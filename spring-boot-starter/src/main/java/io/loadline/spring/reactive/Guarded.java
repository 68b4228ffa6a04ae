/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.GuardPermit;
import io.loadline.limit.CallContext;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Lets what is subscribed to through a guard. Stateless.
 *
 * <pre>{@code
 * Mono<Stock> stock = repository.findById(id).transform(Guarded.mono(guards.guard("stock-db")));
 * }</pre>
 */
public final class Guarded {
    private Guarded() {}

    /**
     * What makes a {@code Mono} one call of {@code guard} per subscription: it fails with
     * {@link io.loadline.guard.GuardRefusedException} if the call must not be made, and with
     * {@link io.loadline.guard.GuardTimeoutException} when its time is up, which also cancels the call.
     *
     * @param <T> the result's type
     */
    public static <T> UnaryOperator<Mono<T>> mono(DependencyGuard guard) {
        return source -> Mono.deferContextual(view -> {
            GuardPermit permit = Observed.telling(view, () -> guard.acquire(context(view)));
            try {
                Mono<T> timed = source.timeout(permit.timeLimit(), Mono.error(permit::timeoutException));
                return GuardedSubscriber.mono(timed, permit, permit::result, () -> permit.result(null));
            } catch (Throwable e) {
                permit.failure(e);
                throw e;
            }
        });
    }

    /**
     * The same for a {@code Flux}, whose time is that until its first element; the call ends with the last.
     *
     * @param <T> the elements' type
     */
    public static <T> UnaryOperator<Flux<T>> flux(DependencyGuard guard) {
        return source -> Flux.deferContextual(view -> {
            GuardPermit permit = Observed.telling(view, () -> guard.acquire(context(view)));
            try {
                Flux<T> timed = source.timeout(
                        Mono.delay(permit.timeLimit()), element -> Mono.never(), Mono.error(permit::timeoutException));
                return GuardedSubscriber.flux(timed, permit, permit::success);
            } catch (Throwable e) {
                permit.failure(e);
                throw e;
            }
        });
    }

    /** The context of the request that is served, as the subscriber knows it; else that of this thread. */
    static CallContext context(ContextView view) {
        return view.hasKey(CallContext.class) ? view.get(CallContext.class) : CallContext.current();
    }
}
