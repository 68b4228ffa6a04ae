/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.benchmarks.harness.LoadGenerator;
import io.loadline.benchmarks.harness.LoadPlan;
import io.loadline.benchmarks.harness.LoadStats;
import io.loadline.benchmarks.harness.StandInService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BalancerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Balancer balancer = new Balancer();

    @AfterEach
    void close() {
        balancer.close();
    }

    @Test
    void connections_twoBackends_alternateUntilOneIsRemoved() throws Exception {
        try (StandInService one = new StandInService();
                StandInService two = new StandInService();
                LoadGenerator generator = new LoadGenerator()) {
            balancer.add(one.port());
            balancer.add(two.port());
            LoadPlan fresh =
                    LoadPlan.builder(balancer.port(), "/ok").freshShare(1).build();

            LoadStats both = generator.run(fresh, Duration.ofMillis(300));
            assertThat(both.lost()).isZero();
            assertThat(one.requests() - two.requests()).isBetween(-1, 1);

            balancer.remove(two.port());
            int before = two.requests();
            LoadStats alone = generator.run(fresh, Duration.ofMillis(300));
            assertThat(alone.lost()).isZero();
            assertThat(two.requests()).isEqualTo(before);
        }
    }

    @Test
    void connection_clientEndsItsHalf_stillGetsTheWholeAnswer() throws Exception {
        byte[] payload = new byte[3_000_000];
        Arrays.fill(payload, (byte) 'x');
        try (ServerSocket backend = new ServerSocket(0, 1, LOOPBACK)) {
            balancer.add(backend.getLocalPort());
            // Answers only once it has seen the end of the client's half.
            CompletableFuture<Integer> received = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = backend.accept()) {
                    int length = socket.getInputStream().readAllBytes().length;
                    socket.getOutputStream().write(payload);
                    return length;
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (Socket client = new Socket(LOOPBACK, balancer.port())) {
                client.getOutputStream().write(payload);
                client.shutdownOutput();

                assertThat(client.getInputStream().readAllBytes()).isEqualTo(payload);
            }
            assertThat(received.get()).isEqualTo(payload.length);
        }
    }

    @Test
    void connection_backendEndsItsHalf_stillTakesTheRestOfTheRequest() throws Exception {
        try (ServerSocket backend = new ServerSocket(0, 1, LOOPBACK)) {
            balancer.add(backend.getLocalPort());
            try (Socket client = new Socket(LOOPBACK, balancer.port());
                    Socket server = backend.accept()) {
                server.shutdownOutput();
                assertThat(client.getInputStream().read()).isEqualTo(-1);

                client.getOutputStream().write("late".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();

                assertThat(server.getInputStream().readAllBytes()).isEqualTo("late".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void connection_backendRefuses_isClosedWithoutASecondTry() throws Exception {
        try (StandInService alive = new StandInService()) {
            ServerSocket dead = new ServerSocket(0, 1, LOOPBACK);
            dead.close();
            balancer.add(dead.getLocalPort());
            balancer.add(alive.port());
            try (Socket first = new Socket(LOOPBACK, balancer.port())) {
                assertThat(first.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(alive.requests()).isZero();
        }
    }
}
