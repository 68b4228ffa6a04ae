/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.loadline.drain.UnfinishedCall;
import io.loadline.limit.LimiterStats;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How exchanges that last until somebody ends them are told to go, on every server. */
public abstract class FarewellContract {
    private static final long PATIENCE_SECONDS = 20;

    private final Class<?> application;
    private final Server server;
    private Service service;

    /**
     * The application has {@code /sse}, which says hello, {@code /silent}, an event stream that says nothing,
     * {@code /flood}, one that says more than any buffer holds, {@code /poll}, {@code /held} and a WebSocket {@code /ws}
     * that says hello; {@code /poll/sse} says hello too.
     */
    protected FarewellContract(Class<?> application, Server server) {
        this.application = application;
        this.server = server;
    }

    @Test
    void longLivedExchanges_whenTheDrainBegins_areToldAndDoNotHoldIt() {
        start();
        try (Wire stream = wire("/sse");
                Wire silent = wire("/silent", "Accept: text/event-stream");
                Wire poll = wire("/poll")) {
            assertThat(stream.readHead().status()).isEqualTo(200);
            assertThat(new String(stream.readChunk(), StandardCharsets.UTF_8)).contains("hello");
            Client socket = connect("/ws");
            assertThat(join(socket.message)).isEqualTo("hello");
            Runnable others = openOthers();
            await().untilAsserted(() -> assertThat(open()).isEqualTo(expectedOpen()));
            assertThat(service.inFlight()).as("they do not count").isZero();

            DrainResult result = join(drainAsync(Settling.SKIP));
            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(result.unfinished()).isEmpty();
            assertThat(result.total()).isLessThan(Duration.ofSeconds(1));
            assertThat(open()).isZero();
            stream.skipChunks();
            assertThat(silent.read("GET").status()).isEqualTo(200);
            assertThat(join(socket.closed)).isEqualTo(1001);
            Answer early = poll.read("GET");
            assertThat(early.header("connection")).isEqualTo("close");
            assertEarly(early);
            others.run();
        }
    }

    @Test
    void exchange_thatBeginsDuringTheDrain_isToldAtOnce() {
        start("loadline.drain.quiet=5s");
        String gate = Gate.newName();
        try (Wire held = wire("/held?gate=" + gate)) {
            Gate.of(gate).awaitArrival();
            Runnable others = holdOthers();
            CompletableFuture<DrainResult> drained = drainAsync(Settling.WAIT);
            try (Wire stream = wire("/sse");
                    Wire poll = wire("/poll")) {
                Answer answer = stream.read("GET");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("connection")).isEqualTo("close");
                assertEarly(poll.read("GET"));
            }
            await().until(() -> open() == 0);
            service.loadline().drain().abort();

            List<UnfinishedCall> unfinished = join(drained).unfinished();
            assertThat(unfinished).hasSize(join(drained).remainingInFlight());
            assertHeld(unfinished);
            Gate.of(gate).open();
            assertThat(held.read("GET").body()).isEqualTo("opened");
            others.run();
        }
    }

    /** What its client would take does not make a stream of one answer. */
    @Test
    void request_whoseClientWouldTakeAStream_isWaitedFor() {
        start();
        String gate = Gate.newName();
        try (Wire held = wire("/held?gate=" + gate, "Accept: text/event-stream, application/json")) {
            Gate.of(gate).awaitArrival();
            CompletableFuture<DrainResult> drained = drainAsync(Settling.SKIP);
            await().until(() -> service.loadline().drain().phase() == DrainPhase.QUIESCING);
            assertThat(open()).isZero();
            assertThat(drained).isNotDone();
            Gate.of(gate).open();
            assertThat(held.read("GET").body()).contains("opened");
            assertThat(join(drained).outcome()).isEqualTo(DrainOutcome.IDLE);
        }
    }

    /** Nobody has to be told of its end, so that it is waited for. */
    @Test
    void streamThatEndsByItself_isNoCall_butHoldsTheDrain() {
        start();
        String gate = Gate.newName();
        try (Wire lines = wire("/lines?gate=" + gate)) {
            assertThat(lines.readHead().status()).isEqualTo(200);
            assertThat(new String(lines.readChunk(), StandardCharsets.UTF_8)).contains("first");
            await().until(() -> service.inFlight() == 0);
            assertThat(open()).isZero();
            assertThat(service.loadline().limiter().streams().open()).isOne();
            CompletableFuture<DrainResult> drained = drainAsync(Settling.SKIP);
            await().until(() -> service.loadline().drain().phase() == DrainPhase.QUIESCING);
            assertThat(drained).isNotDone();
            Gate.of(gate).open();
            // Some servers send the end of a line by itself.
            await().until(() -> new String(lines.readChunk(), StandardCharsets.UTF_8).contains("opened"));
            assertThat(join(drained).outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(service.loadline().limiter().streams().open()).isZero();
        }
    }

    @Test
    void streams_beyondTheMost_areRefused() {
        start("loadline.limit.max-streams=1");
        try (Wire stream = wire("/sse")) {
            assertThat(stream.readHead().status()).isEqualTo(200);
            await().until(() -> open() == 1);
            for (String path : refusable()) {
                try (Wire refused = wire(path)) {
                    Answer answer = refused.read("GET");
                    assertThat(answer.status()).as(path).isEqualTo(503);
                    assertThat(answer.body()).contains("\"route_cap\"");
                    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
                }
            }
            assertThat(join(connect("/ws").closed)).isEqualTo(1013);
            await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
            LimiterStats stats = service.stats();
            assertThat(stats.capped()).isEqualTo(refusable().size() + 1);
            assertThat(stats.dropped()).isZero();
            assertThat(open()).isOne();
            // The bound is for streams alone.
            assertThat(Wire.get(service.port(), "/orders/1").status()).isEqualTo(200);

            service.loadline().limiter().streams().max(2);
            Client socket = connect("/ws");
            assertThat(join(socket.message)).isEqualTo("hello");
            socket.socket.abort();
        }
        await().until(() -> service.loadline().limiter().streams().open() <= 1);
    }

    /** What ends by itself needs no other service, but a place. */
    @Test
    void streamThatEndsByItself_beyondTheMost_staysACall() {
        start("loadline.limit.max-streams=0");
        String gate = Gate.newName();
        try (Wire lines = wire("/lines?gate=" + gate)) {
            assertThat(lines.readHead().status()).isEqualTo(200);
            assertThat(new String(lines.readChunk(), StandardCharsets.UTF_8)).contains("first");
            assertThat(service.inFlight()).isOne();
            assertThat(service.stats().capped()).isZero();
            assertThat(service.loadline().limiter().streams().open()).isZero();
            Gate.of(gate).open();
            lines.skipChunks();
        }
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
    }

    @Test
    void longPoll_beyondTheMost_staysACallAndIsNoRefusal() {
        start("loadline.limit.max-streams=0", "loadline.drain.long-lived=/held/**");
        String gate = Gate.newName();
        try (Wire poll = wire("/held?gate=" + gate)) {
            Gate.of(gate).awaitArrival();
            assertThat(service.inFlight()).isOne();
            assertThat(service.loadline().limiter().streams().open()).isZero();
            Gate.of(gate).open();
            assertThat(poll.read("GET").body()).isEqualTo("opened");
        }
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        assertThat(service.stats().capped()).isZero();
    }

    @Test
    void eventStreamOnALongLivedPath_beyondTheMost_isCountedOnce() {
        start("loadline.limit.max-streams=0");
        try (Wire refused = wire("/poll/sse")) {
            Answer answer = refused.read("GET");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("\"route_cap\"");
        }
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        assertThat(service.stats().capped()).isOne();
    }

    @Test
    void eventStreamOnALongLivedPath_beyondTheMostInShadow_isCountedOnce() {
        start("loadline.limit.max-streams=0", "loadline.limit.enforcement=shadow");
        try (Wire stream = wire("/poll/sse")) {
            assertThat(stream.readHead().status()).isEqualTo(200);
            await().untilAsserted(() -> {
                assertThat(service.stats().shadowCapped()).isOne();
                assertThat(open()).isOne();
            });
            assertThat(service.stats().capped()).isZero();
        }
    }

    @Test
    void streamThatEndsByItself_onALongLivedPath_beyondTheMost_staysACall() {
        assertStaysACall("/lines");
    }

    /** A stream of lines that was said to be long-lived; its second line comes when the gate opens. */
    protected void assertStaysACall(String path) {
        start("loadline.limit.max-streams=0", "loadline.drain.long-lived=" + path + "/**");
        String gate = Gate.newName();
        try (Wire lines = wire(path + "?gate=" + gate)) {
            assertThat(lines.readHead().status()).isEqualTo(200);
            assertThat(new String(lines.readChunk(), StandardCharsets.UTF_8)).contains("first");
            assertThat(service.inFlight()).isOne();
            assertThat(service.loadline().limiter().streams().open()).isZero();
            Gate.of(gate).open();
            lines.skipChunks();
        }
        await().untilAsserted(() -> assertThat(service.inFlight()).isZero());
        assertThat(service.stats().capped()).isZero();
    }

    /** Streams that are known as such before their first byte. */
    protected List<String> refusable() {
        return List.of("/sse", "/flood");
    }

    @Test
    void exchange_thatDoesNotEnd_isReportedAndCutOff() {
        start("loadline.drain.deadline=30s");
        try (Wire stream = wire("/flood")) {
            await().until(() -> open() == 1);
            Flood flood = service.bean(Flood.class);
            flood.begin();
            await().until(flood::isStuck);
            DrainResult result = join(drainAsync(Settling.SKIP));
            assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(result.total()).isBetween(Duration.ofMillis(400), Duration.ofSeconds(3));
            assertThat(result.unfinished()).singleElement().satisfies(call -> {
                assertThat(call.route()).isEqualTo("GET /flood");
                assertThat(call.longLived()).isTrue();
            });
            long begun = System.nanoTime();
            service.close();
            // Tomcat gives its threads 5 s when it stops.
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(12));
        }
    }

    /** Opens what only some servers have; what is returned looks at how that ended. */
    protected Runnable openOthers() {
        return () -> {};
    }

    /** Begins further requests that are held; what is returned lets them end. */
    protected Runnable holdOthers() {
        return () -> {};
    }

    /** The report of those that are held. */
    protected void assertHeld(List<UnfinishedCall> unfinished) {
        assertThat(unfinished).anySatisfy(call -> {
            assertThat(call.route()).isEqualTo("GET /held");
            assertThat(call.age()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
            assertThat(call.longLived()).isFalse();
        });
    }

    /** How many are open then. */
    protected int expectedOpen() {
        return 4;
    }

    /** What a long poll gets that was told to go. */
    protected abstract void assertEarly(Answer answer);

    protected void start(String... settings) {
        service = Service.start(
                application,
                server,
                Stream.concat(
                                Stream.of(
                                        "loadline.drain.deadline=10s",
                                        "loadline.drain.farewell=500ms",
                                        "loadline.drain.long-lived=/poll/**"),
                                Stream.of(settings))
                        .toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    protected Wire wire(String path, String... headers) {
        return new Wire(service.port()).send("GET", path, headers);
    }

    private int open() {
        return service.loadline().drain().longLived().count();
    }

    private CompletableFuture<DrainResult> drainAsync(Settling settling) {
        return service.loadline().drain().drainAsync("test", settling).toCompletableFuture();
    }

    protected static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    protected Client connect(String path, String... protocols) {
        Client client = new Client();
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (protocols.length > 0) {
            builder.subprotocols(protocols[0]);
        }
        client.socket = builder.buildAsync(URI.create("ws://localhost:" + service.port() + path), client)
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        return client;
    }

    /** A stream that says more than its client reads. */
    public interface Flood {
        void begin();

        boolean isStuck();
    }

    /** The other end of a WebSocket. */
    protected static final class Client implements WebSocket.Listener {
        public final CompletableFuture<String> message = new CompletableFuture<>();
        public final CompletableFuture<Integer> closed = new CompletableFuture<>();
        public WebSocket socket;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            message.complete(text.toString());
            return WebSocket.Listener.super.onText(socket, text, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }
    }
}
