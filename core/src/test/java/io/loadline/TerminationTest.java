/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a real process goes. */
@Timeout(30)
class TerminationTest {
    /** What begins otherwise is logged. */
    private static final String SAYS = "> ";

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final List<String> said = new ArrayList<>();
    private Process process;
    private BufferedReader output;

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void sigterm_duringARequest_drainsClosesAndExitsWith143() throws Exception {
        start("wait");
        assertThat(readUntil("shutting down")).isEqualTo("shutting down false");
        int port = Integer.parseInt(readUntil("port ").substring(5));
        readUntil("state READY");
        CompletableFuture<HttpResponse<Void>> held =
                client.sendAsync(request(port, "/held"), BodyHandlers.discarding());
        readUntil("entered");

        // Process.destroy would close the pipes too.
        assertThat(process.toHandle().destroy()).isTrue();
        readUntil("state DRAINING");
        HttpResponse<Void> quick = client.send(request(port, "/quick"), BodyHandlers.discarding());
        assertThat(quick.statusCode()).isEqualTo(200);
        assertThat(quick.headers().firstValue("Connection")).hasValue("close");
        assertThat(held).isNotDone();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();

        assertThat(held.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(held.join().headers().firstValue("Connection")).hasValue("close");
        readToEnd();
        assertThat(said).containsSubsequence("shutting down true", "result IDLE 0", "state STOPPED");
        assertThat(process.waitFor()).isEqualTo(143);
    }

    /** Neither heartbeat nor management endpoint keep the process, and its end is a termination like any other. */
    @Test
    void main_thatReturns_endsTheProcess() throws Exception {
        start("return");
        readToEnd();

        assertThat(said)
                .containsExactly("returns", "state DRAINING", "shutting down true", "result IDLE 0", "state STOPPED");
        assertThat(process.waitFor()).isZero();
    }

    /** Nothing beats any more: a drain would wait for its deadline, if it waited. */
    @Test
    void main_thatHasClosedLoadline_endsTheProcessAtOnce() throws Exception {
        start("close");
        readToEnd();

        assertThat(said).containsExactly("shutting down true", "state DRAINING", "result ABORTED 0", "state STOPPED");
        assertThat(process.waitFor()).isZero();
    }

    private void start(String how) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TerminatedService.class.getName(),
                        how)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    @CanIgnoreReturnValue
    private String readUntil(String start) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(SAYS)) {
                String what = line.substring(SAYS.length());
                said.add(what);
                if (what.startsWith(start)) {
                    return what;
                }
            }
        }
        throw new AssertionError("'" + start + "' was not said: " + said);
    }

    private void readToEnd() throws IOException {
        output.lines()
                .filter(line -> line.startsWith(SAYS))
                .map(line -> line.substring(SAYS.length()))
                .forEach(said::add);
    }

    private static HttpRequest request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build();
    }
}
