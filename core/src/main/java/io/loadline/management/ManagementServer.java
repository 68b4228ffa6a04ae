/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import static io.loadline.internal.Checks.checkArgument;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server of its own for {@link ManagementEndpoints}. Thread-safe. */
public final class ManagementServer implements AutoCloseable {
    /*
     * Two threads: a probe must be answered while a slow reader holds the other. They are daemons, since a management
     * endpoint must not keep a process alive.
     */
    private final HttpServer server;
    private final ExecutorService executor;

    private ManagementServer(HttpServer server, ExecutorService executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Starts a server for {@code endpoints} at {@code host} and {@code port}; port 0 takes a free one.
     *
     * @throws IllegalArgumentException unless {@code port} is between 0 and 65535 and {@code host} can be resolved
     * @throws IllegalStateException if the port is taken or must not be used
     */
    public static ManagementServer start(String host, int port, ManagementEndpoints endpoints) {
        checkArgument(port >= 0 && port <= 65_535, "management port must be between 0 and 65535: %s", port);
        InetSocketAddress address = new InetSocketAddress(host, port);
        checkArgument(!address.isUnresolved(), "management host cannot be resolved: %s", host);
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IllegalStateException(
                    "management port " + port + " on " + host + " cannot be used (" + e.getMessage()
                            + "); choose another one, or 0 for any that is free",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("management server on " + host + ":" + port + " failed to start", e);
        }
        ExecutorService executor = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "loadline-management");
            thread.setDaemon(true);
            return thread;
        });
        endpoints.addTo(server);
        server.setExecutor(executor);
        server.start();
        return new ManagementServer(server, executor);
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops at once. */
    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
