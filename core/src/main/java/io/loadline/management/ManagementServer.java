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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A server of its own for {@link ManagementEndpoints}. Thread-safe. */
public final class ManagementServer implements AutoCloseable {
    /*
     * The JDK's server reads a request on the thread that serves it: a client that sends half of one holds a thread for as
     * long as it likes. A probe must be answered all the same, so there are more threads than a few such clients take;
     * idle ones end. All are daemons, the server's own too, since a management endpoint must not keep a process alive.
     */
    private static final int MAX_THREADS = 16;
    private static final long IDLE_SECONDS = 30;

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
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                MAX_THREADS, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "loadline-management");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        endpoints.addTo(server);
        server.setExecutor(executor);
        // The server's own thread is a daemon if the one that starts it is.
        CompletableFuture.runAsync(server::start, executor).join();
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
