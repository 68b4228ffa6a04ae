/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.loadline.testing.Ports;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * HAProxy, which tries nothing twice and checks nothing by itself. Thread-safe.
 *
 * <p>It is told through its runtime socket where to send new connections or requests. A server in its state {@code drain}
 * gets no new ones, while those that exist go on: what an endpoint does that was taken out of a service.
 */
public final class Haproxy implements AutoCloseable {
    private static final String PROGRAM = "/usr/sbin/haproxy";

    private final ToolProcess process;
    private final int port;
    private final Path folder;
    private final Path socket;

    private Haproxy(ToolProcess process, int port, Path folder, Path socket) {
        this.process = process;
        this.port = port;
        this.folder = folder;
        this.socket = socket;
    }

    /** Whether this machine has the program. */
    public static boolean isInstalled() {
        return Files.isExecutable(Path.of(PROGRAM));
    }

    /**
     * Starts one that hands out connections, and waits until it listens.
     *
     * @param servers ports by name
     * @param log where one line per connection goes
     */
    public static Haproxy start(Map<String, Integer> servers, Path log) throws IOException, InterruptedException {
        return start(servers, log, "tcp", "option tcplog", "");
    }

    /**
     * Starts one that hands out requests, to nobody yet, and waits until it listens. It logs no requests.
     *
     * @param servers ports by name
     */
    public static Haproxy startForRequests(Map<String, Integer> servers, Path log)
            throws IOException, InterruptedException {
        return start(servers, log, "http", "no log", " disabled");
    }

    private static Haproxy start(
            Map<String, Integer> servers, Path log, String mode, String logging, String initialState)
            throws IOException, InterruptedException {
        if (!isInstalled()) {
            throw new IllegalStateException(PROGRAM + " is missing; Debian has it in the package haproxy");
        }
        // Not with the logs: the path of a socket may have about 100 characters only.
        Path folder = Files.createTempDirectory("haproxy");
        Path socket = folder.resolve("socket");
        Path configuration = folder.resolve("haproxy.cfg");
        // In reverse order, at an interrupt.
        for (Path path : List.of(folder, socket, configuration)) {
            path.toFile().deleteOnExit();
        }
        int port = Ports.free();
        Files.writeString(
                configuration,
                configuration(port, socket, mode, logging)
                        + servers.entrySet().stream()
                                .map(server -> "    server " + server.getKey() + " 127.0.0.1:" + server.getValue()
                                        + initialState + "\n")
                                .collect(Collectors.joining()));
        ToolProcess process = ToolProcess.start(log, List.of(PROGRAM, "-db", "-f", configuration.toString()));
        Haproxy haproxy = new Haproxy(process, port, folder, socket);
        haproxy.awaitListening(log);
        return haproxy;
    }

    private static String configuration(int port, Path socket, String mode, String logging) {
        return """
                global
                    stats socket %s mode 600 level admin
                    log stdout format raw local0 info
                    nbthread 1
                defaults
                    mode %s
                    log global
                    %s
                    retries 0
                    timeout connect 2s
                    timeout client 60s
                    timeout server 60s
                listen orders
                    bind 127.0.0.1:%d
                    balance roundrobin
                """.formatted(socket, mode, logging, port);
    }

    private void awaitListening(Path log) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!Files.exists(socket)) {
            if (!process.isAlive() || System.nanoTime() - deadlineNanos >= 0) {
                throw new IllegalStateException("HAProxy does not run:\n" + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Sends new connections or requests to {@code server} from now on, or no more. */
    public void sendTo(String server, boolean sending) throws IOException {
        String answer = command("set server orders/" + server + " state " + (sending ? "ready" : "drain"));
        if (!answer.isBlank()) {
            throw new IllegalStateException("HAProxy refused: " + answer.strip());
        }
    }

    private String command(String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
        Files.deleteIfExists(socket);
        Files.deleteIfExists(folder.resolve("haproxy.cfg"));
        Files.deleteIfExists(folder);
    }
}
