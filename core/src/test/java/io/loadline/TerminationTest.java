/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a real process goes. */
@Timeout(30)
class TerminationTest {
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private ServiceProcess process;

    @AfterEach
    void kill() {
        process.close();
    }

    @Test
    void sigterm_duringARequest_drainsClosesAndExitsWith143() throws Exception {
        process = ServiceProcess.start("wait");
        assertThat(process.readUntil("shutting down")).isEqualTo("shutting down false");
        int port = port();
        process.readUntil("state READY");
        CompletableFuture<HttpResponse<Void>> held =
                client.sendAsync(request(port, "/held"), BodyHandlers.discarding());
        process.readUntil("entered");

        process.sigterm();
        process.readUntil("state DRAINING");
        HttpResponse<Void> quick = client.send(request(port, "/quick"), BodyHandlers.discarding());
        assertThat(quick.statusCode()).isEqualTo(200);
        assertThat(quick.headers().firstValue("Connection")).hasValue("close");
        assertThat(held).isNotDone();
        process.sendLine();

        assertThat(held.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(held.join().headers().firstValue("Connection")).hasValue("close");
        process.readToEnd();
        assertThat(process.said()).containsSubsequence("shutting down true", "result IDLE 0", "state STOPPED");
        assertThat(process.exitCode()).isEqualTo(143);
    }

    /** The JVM takes no second shutdown: the one drain goes on, whatever phase it is in. */
    @ParameterizedTest
    @ValueSource(strings = {"ANNOUNCING", "SETTLING", "QUIESCING", "CLOSING"})
    void sigterm_again_changesNothing(String phase) throws Exception {
        process = ServiceProcess.start("slowly");
        int port = port();
        process.readUntil("state READY");
        CompletableFuture<HttpResponse<Void>> held =
                client.sendAsync(request(port, "/held"), BodyHandlers.discarding());
        process.readUntil("entered");
        process.sigterm();
        // The request that is held keeps the drain from closing.
        String reached = phase.equals("CLOSING") ? "QUIESCING" : phase;
        process.readUntil("phase " + reached);
        if (phase.equals("CLOSING")) {
            process.sendLine();
            process.readUntil("phase CLOSING");
        }
        process.sigterm();
        if (!phase.equals("CLOSING")) {
            if (!phase.equals("QUIESCING")) {
                process.readUntil("phase QUIESCING");
            }
            process.sendLine();
        }
        assertThat(held.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        process.readToEnd();

        assertThat(process.said().stream().filter(line -> line.startsWith("phase ")))
                .containsExactly(
                        "phase ANNOUNCING", "phase SETTLING", "phase QUIESCING", "phase CLOSING", "phase DONE");
        assertThat(process.said()).containsOnlyOnce("state DRAINING").containsOnlyOnce("result IDLE 0");
        assertThat(process.exitCode()).isEqualTo(143);
    }

    @Test
    void sigterm_duringTheStart_goesAtOnce() throws Exception {
        process = ServiceProcess.start("starting");
        port();
        long begun = System.nanoTime();
        process.sigterm();
        process.readToEnd();

        assertThat(process.exitCode()).isEqualTo(143);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        assertThat(process.said()).containsSubsequence("state DRAINING", "result IDLE 0", "state STOPPED");
    }

    /** A consumer that ignores interruption and a client that does not read its stream: the deadline is 3 s. */
    @Test
    void sigterm_whenSomebodyNeverEnds_goesAtTheDeadline() throws Exception {
        process = ServiceProcess.start("stuck");
        port();
        process.readUntil("state READY");
        long begun = System.nanoTime();
        process.sigterm();
        process.readToEnd();

        assertThat(process.exitCode()).isEqualTo(143);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(2_800), Duration.ofMillis(4_500));
        assertThat(process.said())
                .contains("result PARTICIPANTS_ACTIVE 0", "unfinished GET /events", "stuck [message 7]");
    }

    /** Neither heartbeat nor management endpoint keep the process, and its end is a termination like any other. */
    @Test
    void main_thatReturns_endsTheProcess() throws Exception {
        process = ServiceProcess.start("return");
        process.readToEnd();

        assertThat(process.said())
                .containsExactly("returns", "state DRAINING", "shutting down true", "result IDLE 0", "state STOPPED");
        assertThat(process.exitCode()).isZero();
    }

    /** Nothing beats any more: a drain would wait for its deadline, if it waited. */
    @Test
    void main_thatHasClosedLoadline_endsTheProcessAtOnce() throws Exception {
        process = ServiceProcess.start("close");
        process.readToEnd();

        assertThat(process.said())
                .containsExactly("shutting down true", "state DRAINING", "result ABORTED 0", "state STOPPED");
        assertThat(process.exitCode()).isZero();
    }

    private int port() throws IOException {
        return Integer.parseInt(process.readUntil("port ").substring(5));
    }

    private static HttpRequest request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build();
    }
}
