/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Sends HTTP/1.1 load in an open loop from one thread, and never sends a request twice unless the plan says so. Thread-safe.
 *
 * <p>It speaks through Netty's response decoder and has its own small pool, because generator and service share the
 * machine: ready-made clients cost several times the CPU, and repeat a request by themselves when a pooled connection
 * turns out to be dead, which is the very loss to be measured.
 */
public final class LoadGenerator implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;

    public LoadGenerator() {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("load", true), io);
    }

    /** Starts sending; returns at once. */
    public LoadRun start(LoadPlan plan) {
        EventLoop loop = group.next();
        Class<? extends SocketChannel> type = Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
        try {
            LoadRun run = new LoadRun(plan, loop, type);
            loop.execute(run::begin);
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends for {@code duration}, waits for the last answers and returns what was counted. */
    public LoadStats run(LoadPlan plan, Duration duration) throws InterruptedException {
        LoadRun run = start(plan);
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        return run.stop();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
