/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.loadline.limit.CallContext;
import io.loadline.limit.Criticality;
import io.loadline.limit.RequestTiming;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets, in real time. */
@Timeout(30)
class GuardedHttpClientTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Headers> received = new LinkedBlockingQueue<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final DependencyGuard guard = DependencyGuard.builder("inventory").build();
    private final GuardedHttpClient client =
            GuardedHttpClient.builder(HttpClient.newHttpClient(), guard).build();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestHeaders());
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/hangs")) {
                await(never);
            }
            int status = path.startsWith("/status/") ? Integer.parseInt(path.substring(8)) : 200;
            exchange.sendResponseHeaders(status, 6);
            exchange.getResponseBody().write("ans".getBytes(StandardCharsets.US_ASCII));
            exchange.getResponseBody().flush();
            if (path.equals("/hangs-in-body")) {
                await(never);
            }
            exchange.getResponseBody().write("wer".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        never.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void send_returnsTheResponse_andSendsTheTimeItHas() throws Exception {
        HttpResponse<String> response = client.send(request("/").build(), BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo("answer");
        assertThat(guard.stats().succeeded()).isEqualTo(1);
        Headers headers = received.take();
        assertThat(Double.parseDouble(headers.getFirst("X-Request-Timeout"))).isBetween(1.0, 5.0);
        assertThat(headers.getFirst("baggage")).isNull();
    }

    @Test
    @SuppressWarnings("try")
    void send_passesOnWhatIsKnown_andLeavesTheRestAlone() throws Exception {
        String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        CallContext context = CallContext.of(Criticality.SHEDDABLE).timeout(Duration.ofSeconds(2));
        try (CallContext.Scope scope = context.open()) {
            HttpResponse<String> response = client.send(
                    request("/")
                            .header("traceparent", traceparent)
                            .header("baggage", "tenant=7")
                            .header("baggage", "user=8")
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
        }
        Headers headers = received.take();
        assertThat(headers.get("traceparent")).containsExactly(traceparent);
        assertThat(headers.get("baggage")).containsExactly("criticality=sheddable,tenant=7,user=8");
        assertThat(Double.parseDouble(headers.getFirst("X-Request-Timeout"))).isBetween(0.5, 2.0);
    }

    @Test
    void send_withoutPropagation_addsNothing() throws Exception {
        GuardedHttpClient strangers = GuardedHttpClient.builder(HttpClient.newHttpClient(), guard)
                .propagate(false)
                .build();
        assertThat(strangers.send(request("/").build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        assertThat(received.take().getFirst("X-Request-Timeout")).isNull();
    }

    @Test
    void status_tellsTheOutcome() throws Exception {
        for (int status : new int[] {200, 404, 429, 500, 503}) {
            assertThat(client.send(request("/status/" + status).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(status);
        }
        assertThat(guard.stats().succeeded()).isEqualTo(2);
        assertThat(guard.stats().failed()).isEqualTo(3);
        GuardedHttpClient own = GuardedHttpClient.builder(HttpClient.newHttpClient(), guard)
                .outcomeOfStatus(status -> {
                    if (status == 500) {
                        throw new IllegalStateException();
                    }
                    return status == 404 ? GuardOutcome.FAILURE : GuardOutcome.CANCELLED;
                })
                .build();
        for (int status : new int[] {200, 404, 500}) {
            own.send(request("/status/" + status).build(), BodyHandlers.ofString());
        }
        assertThat(guard.stats().cancelled()).isEqualTo(1);
        assertThat(guard.stats().failed()).isEqualTo(5);
    }

    @Test
    void errorInWhatTellsTheOutcome_leavesNobodyWaiting() throws Exception {
        GuardedHttpClient own = GuardedHttpClient.builder(HttpClient.newHttpClient(), guard)
                .outcomeOfStatus(status -> {
                    throw new StackOverflowError();
                })
                .build();
        HttpRequest request = request("/status/500").build();
        assertThat(own.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(500);
        assertThat(own.sendAsync(request, BodyHandlers.ofString())
                        .get(10, TimeUnit.SECONDS)
                        .statusCode())
                .isEqualTo(500);

        assertThat(guard.stats().failed()).isEqualTo(2);
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void send_withoutAnswer_endsInTime_alsoInTheMiddleOfABody() {
        guard.timeLimit(Duration.ofMillis(200));
        for (String path : new String[] {"/hangs", "/hangs-in-body"}) {
            assertThatExceptionOfType(HttpTimeoutException.class)
                    .isThrownBy(() -> client.send(request(path).build(), BodyHandlers.ofString()));
        }

        assertThat(guard.stats().timedOut()).isEqualTo(2);
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void sendAsync_withoutAnswer_endsInTime_alsoInTheMiddleOfABody() {
        guard.timeLimit(Duration.ofMillis(200));
        for (String path : new String[] {"/hangs", "/hangs-in-body"}) {
            assertThat(client.sendAsync(request(path).build(), BodyHandlers.ofString()))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfAny(HttpTimeoutException.class, GuardTimeoutException.class);
        }

        assertThat(guard.stats().timedOut()).isEqualTo(2);
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void sendAsync_cancelled_endsTheExchange() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        CompletableFuture<HttpResponse<String>> caller = client.sendAsync(
                CallContext.NONE.timing(toldOfTheEnd(ended)), request("/hangs").build(), BodyHandlers.ofString());
        received.take();
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        caller.cancel(true);
        // The client may end the exchange on a thread of its own.
        ended.await();

        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().cancelled()).isEqualTo(1);
    }

    @Test
    void send_interrupted_endsTheExchange() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                client.send(request("/hangs").build(), BodyHandlers.ofString());
            } catch (InterruptedException expected) {
                interrupted.countDown();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        caller.start();
        received.take();
        caller.interrupt();

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(guard.stats().cancelled()).isEqualTo(1);
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void send_toNobody_isAFailure() {
        URI nobody = URI.create("http://127.0.0.1:1/");
        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> client.send(HttpRequest.newBuilder(nobody).build(), BodyHandlers.ofString()));
        assertThat(client.sendAsync(HttpRequest.newBuilder(nobody).build(), BodyHandlers.ofString()))
                .failsWithin(Duration.ofSeconds(10));

        assertThat(guard.stats().failed()).isEqualTo(2);
    }

    @Test
    void send_refused_isNotSent() throws Exception {
        guard.circuitBreaker().transitionToForcedOpenState();
        assertThatExceptionOfType(GuardRefusedException.class)
                .isThrownBy(() -> client.send(request("/").build(), BodyHandlers.ofString()));
        assertThat(client.sendAsync(request("/").build(), BodyHandlers.ofString()))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(GuardRefusedException.class);

        assertThat(received).isEmpty();
    }

    /** The timing of a request, in which the end of a call is taken down when it has been counted. */
    private static RequestTiming toldOfTheEnd(CountDownLatch ended) {
        return new RequestTiming() {
            @Override
            public boolean waitBegins(long nowNanos) {
                return true;
            }

            @Override
            public void waitEnds(long nowNanos) {
                ended.countDown();
            }

            @Override
            public long waitedNanos(long nowNanos) {
                return 0;
            }

            @Override
            public void downstreamFailed() {}

            @Override
            public boolean hasDownstreamFailed() {
                return false;
            }
        };
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
