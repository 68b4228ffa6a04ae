/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.limit.Permit;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** A request that waits for its permit without a thread, and what comes after it. Thread-safe. */
final class AwaitedPermit implements CoreSubscriber<Void>, Subscription {
    /*
     * The limiter passes the permit on by the event loop of the request, and what follows stays there. The subscriber gets
     * its subscription while nothing is subscribed to yet. If it cancels then, the permit is not waited for any more; a
     * permit that is on its way to the event loop already is given back there.
     */
    private static final Subscription CANCELLED = new Subscription() {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    };

    private final AdmittedMono request;
    private final CoreSubscriber<? super Void> actual;
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    private final CompletableFuture<Permit> permit;

    /** Whether the server has stopped, and with it the connection. Written before what reads it is passed on. */
    private boolean stopped;

    private AwaitedPermit(AdmittedMono request, Duration atMost, CoreSubscriber<? super Void> actual) {
        this.request = request;
        this.actual = actual;
        this.permit =
                request.acquire(atMost, this::execute, actual.currentContext()).toCompletableFuture();
    }

    /** Serves or refuses {@code request} when its permit is there, at once if it is there already. */
    static void await(AdmittedMono request, Duration atMost, CoreSubscriber<? super Void> actual) {
        AwaitedPermit awaited = new AwaitedPermit(request, atMost, actual);
        CompletableFuture<Permit> future = awaited.permit;
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
        actual.onSubscribe(awaited);
        Object unused = future.whenComplete(awaited::goOn);
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

    private void execute(Runnable task) {
        try {
            request.executor().execute(task);
        } catch (RejectedExecutionException e) {
            stopped = true;
            throw e;
        }
    }

    private void goOn(@Nullable Permit granted, @Nullable Throwable failure) {
        if (stopped || upstream.get() == CANCELLED) {
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
