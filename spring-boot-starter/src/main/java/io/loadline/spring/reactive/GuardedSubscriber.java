/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardPermit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Ends a call of a guard with what it is subscribed to, or when it is cancelled. Thread-safe.
 *
 * @param <T> the elements' type
 */
final class GuardedSubscriber<T> implements CoreSubscriber<T>, Subscription {
    /*
     * Errors that are fatal to Reactor are thrown through everything, from below by what is told of elements and from above
     * by what is asked for them, and no signal will come. So both ways end the call. What is thrown above on another thread
     * passes nothing of this; there the call ends when its time is up.
     */
    private final GuardPermit permit;
    private final Consumer<? super T> onEach;
    private final Runnable onEnd;
    private final CoreSubscriber<? super T> actual;

    /** Written once before the downstream sees this subscription, which orders its calls after that. */
    private @Nullable Subscription upstream;

    private GuardedSubscriber(
            GuardPermit permit, Consumer<? super T> onEach, Runnable onEnd, CoreSubscriber<? super T> actual) {
        this.permit = permit;
        this.onEach = onEach;
        this.onEnd = onEnd;
        this.actual = actual;
    }

    /** {@code source}, with {@code onEach} told of its element and {@code onEnd} of its end without an error. */
    static <T> Mono<T> mono(Mono<T> source, GuardPermit permit, Consumer<? super T> onEach, Runnable onEnd) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                follow(permit, () -> source.subscribe(new GuardedSubscriber<>(permit, onEach, onEnd, actual)));
            }
        };
    }

    /** {@code source}, with {@code onEnd} told of its end without an error. */
    static <T> Flux<T> flux(Flux<T> source, GuardPermit permit, Runnable onEnd) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                follow(permit, () -> source.subscribe(new GuardedSubscriber<T>(permit, element -> {}, onEnd, actual)));
            }
        };
    }

    private static void follow(GuardPermit permit, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            permit.failure(e);
            throw e;
        }
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        follow(permit, () -> actual.onSubscribe(this));
    }

    @Override
    public void onNext(T element) {
        follow(permit, () -> {
            onEach.accept(element);
            actual.onNext(element);
        });
    }

    @Override
    public void onError(Throwable failure) {
        permit.failure(failure);
        actual.onError(failure);
    }

    @Override
    public void onComplete() {
        onEnd.run();
        actual.onComplete();
    }

    @Override
    public void request(long count) {
        if (upstream != null) {
            Subscription asked = upstream;
            follow(permit, () -> asked.request(count));
        }
    }

    @Override
    public void cancel() {
        try {
            if (upstream != null) {
                upstream.cancel();
            }
        } finally {
            permit.end(GuardOutcome.CANCELLED);
        }
    }
}
