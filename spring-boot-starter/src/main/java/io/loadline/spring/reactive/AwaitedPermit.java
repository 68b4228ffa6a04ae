/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.limit.Permit;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** A request that waits for its permit without a thread, and what comes after it. Thread-safe. */
final class AwaitedPermit implements CoreSubscriber<Void>, Subscription {
    /*
     * The subscriber gets its subscription while nothing is subscribed to yet. If it cancels then, the permit is not
     * waited for any more; a permit that is on its way to the event loop already is given back there.
     */
    private static final Subscription CANCELLED = new Subscription() {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    };

    private final CompletableFuture<Permit> permit;
    private final AdmittedMono request;
    private final CoreSubscriber<? super Void> actual;
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    private AwaitedPermit(CompletableFuture<Permit> permit, AdmittedMono request, CoreSubscriber<? super Void> actual) {
        this.permit = permit;
        this.request = request;
        this.actual = actual;
    }

    /** Serves or refuses {@code request} when {@code permit} is there, at once if it is there already. */
    static void await(CompletionStage<Permit> permit, AdmittedMono request, CoreSubscriber<? super Void> actual) {
        CompletableFuture<Permit> future = permit.toCompletableFuture();
        Permit granted = null;
        Throwable failure = null;
        if (future.isDone()) {
            // Not in a callback, which would keep for itself what is thrown.
            try {
                granted = future.join();
            } catch (CompletionException e) {
                failure = e.getCause();
            }
            go(granted, failure, request, actual);
            return;
        }
        AwaitedPermit awaited = new AwaitedPermit(future, request, actual);
        actual.onSubscribe(awaited);
        Object unused = future.whenComplete(awaited::arrive);
    }

    private static void go(
            @Nullable Permit granted,
            @Nullable Throwable failure,
            AdmittedMono request,
            CoreSubscriber<? super Void> actual) {
        if (granted != null) {
            request.serve(granted.toTicket(), actual);
        } else {
            RejectionReason reason = failure instanceof RejectedException rejected
                    ? rejected.rejection().reason()
                    : RejectionReason.QUEUE;
            request.refuse(reason).subscribe(actual);
        }
    }

    private void arrive(@Nullable Permit granted, @Nullable Throwable failure) {
        try {
            request.executor().execute(() -> goOn(granted, failure));
        } catch (RejectedExecutionException closing) {
            // The server has stopped, and with it the connection.
            if (granted != null) {
                granted.close();
            }
        }
    }

    private void goOn(@Nullable Permit granted, @Nullable Throwable failure) {
        if (upstream.get() == CANCELLED) {
            if (granted != null) {
                granted.close();
            }
            return;
        }
        try {
            go(granted, failure, request, this);
        } catch (Throwable e) {
            actual.onError(e);
        }
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (upstream.compareAndSet(null, subscription)) {
            // There is never an element that one could have too many of.
            subscription.request(Long.MAX_VALUE);
        } else {
            subscription.cancel();
        }
    }

    @Override
    public void onNext(Void none) {
        actual.onNext(none);
    }

    @Override
    public void onError(Throwable failure) {
        actual.onError(failure);
    }

    @Override
    public void onComplete() {
        actual.onComplete();
    }

    @Override
    public void request(long count) {}

    @Override
    public void cancel() {
        Subscription subscription = upstream.getAndSet(CANCELLED);
        if (subscription == null) {
            permit.cancel(false);
        } else {
            subscription.cancel();
        }
    }
}
