/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of a {@link HttpClient} through a guard. Thread-safe.
 *
 * <p>An exchange ends when its time is up, also in the middle of a body, and takes no thread with it. The time it has and
 * the criticality of {@link CallContext#current()} go with it, as headers beside those that are there; nothing else is
 * changed, {@code traceparent} for example.
 *
 * <pre>{@code
 * GuardedHttpClient inventory = GuardedHttpClient.builder(client, guards.guard("inventory")).build();
 * HttpResponse<String> response = inventory.send(request, BodyHandlers.ofString());
 * }</pre>
 */
public final class GuardedHttpClient {
    /*
     * The time-out of a request of the JDK ends with the headers of its response. So requests are sent asynchronously, also
     * by who waits for them, and cancelled when the time is up: that closes the connection or resets the stream. What
     * depends on the response is run then by the thread that cancels, see GuardThreads, or by one of the client's own.
     *
     * A caller who goes first, as he cancels or has a time-out of his own, ends the exchange. A response that comes all the
     * same is nobody's: a body that is read as it comes must be closed, or the connection would wait for a reader.
     */
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIRST_SERVER_ERROR = 500;

    private final HttpClient client;
    private final DependencyGuard guard;
    private final IntFunction<GuardOutcome> outcomeOfStatus;
    private final boolean propagate;

    private GuardedHttpClient(Builder builder) {
        this.client = builder.client;
        this.guard = builder.guard;
        this.outcomeOfStatus = builder.outcomeOfStatus;
        this.propagate = builder.propagate;
    }

    /** A builder. */
    public static Builder builder(HttpClient client, DependencyGuard guard) {
        return new Builder(client, guard);
    }

    /** What a status says of the server that sent it: 429 and from 500 on it has failed, all else is an answer. */
    public static GuardOutcome outcomeOfStatus(int status) {
        return status == TOO_MANY_REQUESTS || status >= FIRST_SERVER_ERROR
                ? GuardOutcome.FAILURE
                : GuardOutcome.SUCCESS;
    }

    /**
     * Sends the request and waits for the response, with its body as far as {@code body} reads it.
     *
     * @param <T> the body's type
     * @throws GuardRefusedException if the request must not be sent
     * @throws HttpTimeoutException if there is no response within the time it had
     * @throws IOException if the exchange fails
     * @throws InterruptedException if this thread is interrupted, which ends the exchange
     */
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) throws IOException, InterruptedException {
        CallContext context = CallContext.current();
        GuardPermit permit = guard.acquire(context);
        @Nullable CompletableFuture<HttpResponse<T>> exchange = null;
        @Nullable HttpResponse<T> response = null;
        try {
            exchange = client.sendAsync(outward(request, context, permit.timeLimit()), body);
            response = exchange.get(permit.remaining().toNanos(), TimeUnit.NANOSECONDS);
            permit.end(outcomeOf(response));
            return response;
        } catch (TimeoutException e) {
            permit.end(GuardOutcome.TIMED_OUT);
            throw new HttpTimeoutException(permit.timeoutException().getMessage());
        } catch (ExecutionException e) {
            Throwable failure = Outcomes.unwrapped(e);
            permit.failure(failure);
            throw rethrow(failure);
        } catch (Throwable e) {
            permit.failure(e);
            throw e;
        } finally {
            if (exchange != null && response == null) {
                abandon(exchange);
            }
        }
    }

    /**
     * Sends the request. The future fails with {@link GuardRefusedException} if it must not be sent, and with
     * {@link GuardTimeoutException} or {@link HttpTimeoutException} when its time is up; to cancel or complete it ends the
     * exchange.
     *
     * @param <T> the body's type
     */
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> body) {
        return sendAsync(CallContext.current(), request, body);
    }

    /** The same on behalf of {@code context}. */
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            CallContext context, HttpRequest request, BodyHandler<T> body) {
        CompletableFuture<HttpResponse<T>> caller = new CompletableFuture<>();
        GuardPermit permit;
        try {
            permit = guard.acquire(context);
        } catch (GuardRefusedException e) {
            caller.completeExceptionally(e);
            return caller;
        }
        @Nullable CompletableFuture<HttpResponse<T>> exchange = null;
        try {
            exchange = client.sendAsync(outward(request, context, permit.timeLimit()), body);
            start(permit, caller, exchange);
        } catch (Throwable e) {
            permit.failure(e);
            if (exchange != null) {
                abandon(exchange);
            }
            if (e instanceof Error error) {
                throw error;
            }
            caller.completeExceptionally(e);
        }
        return caller;
    }

    private <T> void start(
            GuardPermit permit,
            CompletableFuture<HttpResponse<T>> caller,
            CompletableFuture<HttpResponse<T>> exchange) {
        AtomicBoolean timeIsUp = new AtomicBoolean();
        Runnable timeOut = () -> {
            timeIsUp.set(true);
            boolean unusedIfOver = exchange.cancel(true);
        };
        Future<?> timer = GuardThreads.TIME_OUTS.executeAfter(permit.remaining().toNanos(), timeOut);
        Object unused = exchange.whenComplete((response, failure) -> {
            try {
                if (!timer.cancel(false)) {
                    GuardThreads.TIME_OUTS.remove(timeOut);
                }
            } finally {
                end(permit, caller, response, failure, timeIsUp.get());
            }
        });
        unused = caller.whenComplete((response, failure) -> {
            // Does nothing if it is the exchange that has completed it.
            boolean unusedIfOver = exchange.cancel(true);
        });
    }

    /** Ends an exchange for whose response nobody waits any more. */
    private static <T> void abandon(CompletableFuture<HttpResponse<T>> exchange) {
        if (!exchange.cancel(true) && exchange.isDone() && !exchange.isCompletedExceptionally()) {
            close(exchange.join());
        }
    }

    private static void close(HttpResponse<?> response) {
        if (response.body() instanceof AutoCloseable body) {
            try {
                body.close();
            } catch (Exception e) {
                // Nobody has read it.
            }
        }
    }

    private <T> void end(
            GuardPermit permit,
            CompletableFuture<HttpResponse<T>> caller,
            HttpResponse<T> response,
            @Nullable Throwable failure,
            boolean timeIsUp) {
        Throwable told = failure == null ? null : timeIsUp ? permit.timeoutException() : Outcomes.unwrapped(failure);
        try {
            if (told == null) {
                permit.end(outcomeOf(response));
            } else if (timeIsUp) {
                permit.end(GuardOutcome.TIMED_OUT);
            } else {
                permit.failure(told);
            }
        } finally {
            if (told == null) {
                if (!caller.complete(response)) {
                    close(response);
                }
            } else {
                caller.completeExceptionally(told);
            }
        }
    }

    private HttpRequest outward(HttpRequest request, CallContext context, Duration limit) {
        HttpRequest.Builder copy = HttpRequest.newBuilder(request, (name, value) -> true);
        if (propagate) {
            ContextHeaders.write(context.timeout(limit), name -> joined(request, name), copy::setHeader);
        }
        Duration own = request.timeout().orElse(limit);
        return copy.timeout(own.compareTo(limit) < 0 ? own : limit).build();
    }

    private static @Nullable String joined(HttpRequest request, String name) {
        List<String> values = request.headers().allValues(name);
        return values.isEmpty() ? null : String.join(",", values);
    }

    private GuardOutcome outcomeOf(HttpResponse<?> response) {
        try {
            return Objects.requireNonNullElse(outcomeOfStatus.apply(response.statusCode()), GuardOutcome.SUCCESS);
        } catch (Throwable e) {
            return outcomeOfStatus(response.statusCode());
        }
    }

    private static IOException rethrow(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof IOException io ? io : new IOException(failure);
    }

    /** Builds clients. Not thread-safe. */
    public static final class Builder {
        private final HttpClient client;
        private final DependencyGuard guard;
        private IntFunction<GuardOutcome> outcomeOfStatus = GuardedHttpClient::outcomeOfStatus;
        private boolean propagate = true;

        private Builder(HttpClient client, DependencyGuard guard) {
            this.client = client;
            this.guard = guard;
        }

        /** Sets what a response is by its status. Default: {@link GuardedHttpClient#outcomeOfStatus(int)}. */
        @CanIgnoreReturnValue
        public Builder outcomeOfStatus(IntFunction<GuardOutcome> outcomeOf) {
            this.outcomeOfStatus = outcomeOf;
            return this;
        }

        /** Sets whether criticality and time go with the request: to strangers, for example, not. Default: true. */
        @CanIgnoreReturnValue
        public Builder propagate(boolean propagate) {
            this.propagate = propagate;
            return this;
        }

        /** The client. */
        public GuardedHttpClient build() {
            return new GuardedHttpClient(this);
        }
    }
}
