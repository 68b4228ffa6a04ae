/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How an exchange ends, arranged by hand: whoever goes first, nothing is left behind. */
@Timeout(30)
class GuardedExchangeTest {
    private final DependencyGuard guard =
            DependencyGuard.builder("inventory").concurrency(1).build();
    private final HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://inventory/")).build();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final InputStream body = new ByteArrayInputStream(new byte[0]) {
        @Override
        public void close() {
            closed.set(true);
        }
    };

    @Test
    void status_thatNobodyCanJudge_endsTheCallAsUsual() throws Exception {
        HttpResponse<InputStream> response = ScriptedHttpClient.response(body);
        GuardedHttpClient client = GuardedHttpClient.builder(
                        new ScriptedHttpClient(() -> CompletableFuture.completedFuture(response)), guard)
                .outcomeOfStatus(status -> {
                    throw new StackOverflowError();
                })
                .build();
        assertThat(client.send(request, BodyHandlers.ofInputStream())).isSameAs(response);
        assertThat(client.sendAsync(request, BodyHandlers.ofInputStream())).isCompletedWithValue(response);

        assertThat(guard.stats().succeeded()).isEqualTo(2);
        assertThat(guard.tryAcquire()).isNotNull();
        assertThat(closed).isFalse();
    }

    @Test
    void clientThatFailsToSend_givesThePlaceBack() {
        GuardedHttpClient failing = client(() -> {
            throw new IllegalArgumentException("unsupported");
        });
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> failing.send(request, BodyHandlers.ofInputStream()));
        assertThat(failing.sendAsync(request, BodyHandlers.ofInputStream())).isCompletedExceptionally();
        GuardedHttpClient broken = client(() -> {
            throw new NoClassDefFoundError("Http2");
        });
        assertThatExceptionOfType(NoClassDefFoundError.class)
                .isThrownBy(() -> broken.send(request, BodyHandlers.ofInputStream()));
        assertThatExceptionOfType(NoClassDefFoundError.class)
                .isThrownBy(() -> broken.sendAsync(request, BodyHandlers.ofInputStream()));

        assertThat(guard.stats().ended()).isEqualTo(4);
        assertThat(guard.tryAcquire()).isNotNull();
    }

    @Test
    void dependentsOfACallWhoseTimeIsUp_runInAThreadOfTheGuards() {
        guard.timeLimit(Duration.ofMillis(50));
        CompletableFuture<HttpResponse<InputStream>> exchange = new CompletableFuture<>();
        CompletableFuture<String> thread = client(() -> exchange)
                .sendAsync(request, BodyHandlers.ofInputStream())
                .handle((response, failure) -> Thread.currentThread().getName());

        assertThat(thread).succeedsWithin(Duration.ofSeconds(10), STRING).startsWith("loadline-guard-timeout");
        assertThat(exchange).isCancelled();
        assertThat(guard.stats().timedOut()).isEqualTo(1);
    }

    @Test
    void callerThatGivesUp_inWhateverWay_endsTheExchange() {
        CompletableFuture<HttpResponse<InputStream>> exchange = new CompletableFuture<>();
        CompletableFuture<HttpResponse<InputStream>> caller =
                client(() -> exchange).sendAsync(request, BodyHandlers.ofInputStream());
        caller.completeExceptionally(new TimeoutException());

        assertThat(exchange).isCancelled();
        assertThat(guard.stats().cancelled()).isEqualTo(1);
        assertThat(guard.tryAcquire()).isNotNull();
    }

    @Test
    void response_toACallerThatHasGivenUp_isClosed() {
        CompletableFuture<HttpResponse<InputStream>> exchange = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        client(() -> exchange).sendAsync(request, BodyHandlers.ofInputStream()).cancel(true);
        assertThat(closed).isFalse();
        exchange.complete(ScriptedHttpClient.response(body));

        assertThat(closed).isTrue();
        assertThat(guard.stats().succeeded()).isEqualTo(1);
    }

    @Test
    void response_thatComesAsTheWaitEnds_isClosed() {
        CompletableFuture<HttpResponse<InputStream>> exchange = new CompletableFuture<>() {
            @Override
            public HttpResponse<InputStream> get(long time, TimeUnit unit) throws TimeoutException {
                complete(ScriptedHttpClient.response(body));
                throw new TimeoutException();
            }
        };
        assertThatExceptionOfType(HttpTimeoutException.class)
                .isThrownBy(() -> client(() -> exchange).send(request, BodyHandlers.ofInputStream()));

        assertThat(closed).isTrue();
        assertThat(guard.stats().timedOut()).isEqualTo(1);
        assertThat(guard.tryAcquire()).isNotNull();
    }

    @Test
    void failureOfAnExchange_isItsCallers() {
        CompletableFuture<HttpResponse<InputStream>> exchange = new CompletableFuture<>();
        CompletableFuture<HttpResponse<InputStream>> caller =
                client(() -> exchange).sendAsync(request, BodyHandlers.ofInputStream());
        exchange.completeExceptionally(new CompletionException(new StackOverflowError()));

        assertThat(caller).isCompletedExceptionally();
        assertThat(guard.stats().cancelled()).isEqualTo(1);
        assertThat(guard.tryAcquire()).isNotNull();
    }

    private GuardedHttpClient client(Supplier<CompletableFuture<HttpResponse<InputStream>>> exchanges) {
        return GuardedHttpClient.builder(new ScriptedHttpClient(exchanges), guard)
                .build();
    }
}
