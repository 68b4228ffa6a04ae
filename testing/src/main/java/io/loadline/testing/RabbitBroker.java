/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Debian's RabbitMQ server on free ports of the loopback interface, with a folder and a name of its own. Not thread-safe. */
public final class RabbitBroker implements AutoCloseable {
    /*
     * The script of the package refuses other users than root and its own; the one of RabbitMQ itself does not. It asks a
     * port mapper for other nodes of its name and starts one that stays for ever: so there is one here before, which goes
     * with the server.
     */
    private static final Path SERVER = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
    private static final Path PORT_MAPPER = Path.of("/usr/bin/epmd");

    private final int port;
    private final Process portMapper;
    private final Process server;

    /**
     * Starts it and returns when it listens.
     *
     * @param folder an empty one, for its data and logs
     * @throws IllegalStateException if it does not run, with what it logged
     */
    public RabbitBroker(Path folder) throws IOException {
        int[] ports = IntStream.generate(Ports::free).distinct().limit(3).toArray();
        int mapperPort = ports[0];
        this.port = ports[1];
        Path home = Files.createDirectory(folder.resolve("home"));
        Path plugins = Files.writeString(folder.resolve("plugins"), "[].");
        Map<String, String> environment = Map.ofEntries(
                Map.entry("HOME", home.toString()),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("ERL_EPMD_PORT", Integer.toString(mapperPort)),
                Map.entry("RABBITMQ_NODENAME", "loadline-" + port + "@localhost"),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODE_PORT", Integer.toString(port)),
                Map.entry("RABBITMQ_DIST_PORT", Integer.toString(ports[2])),
                Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString()),
                Map.entry("RABBITMQ_LOG_BASE", folder.resolve("log").toString()),
                Map.entry("RABBITMQ_LOGS", "-"),
                Map.entry("RABBITMQ_CONFIG_FILE", folder.resolve("none").toString()),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
                // One process then, which can be ended by its id.
                Map.entry("RUNNING_UNDER_SYSTEMD", "true"),
                // Two schedulers that do not spin: this is not the only thing that runs here.
                Map.entry("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 2:2 +sbwt none"));
        this.portMapper = start(
                environment, folder.resolve("epmd.log"), PORT_MAPPER.toString(), "-port", Integer.toString(mapperPort));
        Path log = folder.resolve("rabbitmq.log");
        this.server = start(environment, log, SERVER.toString());
        try {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::listens);
        } catch (RuntimeException e) {
            close();
            throw new IllegalStateException("no RabbitMQ: " + Files.readString(log), e);
        }
    }

    /** Whether this machine has it. */
    public static boolean isInstalled() {
        return Files.isExecutable(SERVER) && Files.isExecutable(PORT_MAPPER);
    }

    /** Skips the calling test where this machine does not have it, unless {@code LOADLINE_REQUIRE_TOOLS=true} forbids that. */
    public static void assumeInstalled() {
        assumeTrue(reasonToSkip().isEmpty(), () -> reasonToSkip().orElseThrow());
    }

    /** The same for what decides by itself what is skipped: why a test is, and empty if it runs. */
    public static Optional<String> reasonToSkip() {
        boolean required = Boolean.parseBoolean(System.getenv("LOADLINE_REQUIRE_TOOLS"));
        return required || isInstalled()
                ? Optional.empty()
                : Optional.of("skipped: needs RabbitMQ, in Debian 'apt-get install rabbitmq-server'");
    }

    /** Where it listens, on the loopback interface. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        end(server);
        end(portMapper);
    }

    private boolean listens() {
        if (!server.isAlive()) {
            throw new IllegalStateException("RabbitMQ has ended");
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Process start(Map<String, String> environment, Path log, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** At once: its data go, too. */
    private static void end(Process process) {
        try {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
