/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A layer-4 balancer on the loopback address: hands each new connection to the next backend, and bytes both ways.
 * Thread-safe.
 *
 * <p>It knows nothing of HTTP, does not look after the backends' health and never tries a second one; connections that a
 * backend already has stay with it when it is removed. So do most balancers in front of services, and so losses show.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline tells what becomes of a channel
final class Balancer implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final Channel server;
    /* Written by the demo, read by the event loop per connection; a connection may still go to one just removed. */
    private final CopyOnWriteArrayList<Integer> backends = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    Balancer() {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("balancer", true), io);
        server = new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                // Nothing is read from a client before there is a backend to take it.
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        connect(client);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Gives new connections to this port as well. */
    void add(int backendPort) {
        backends.addIfAbsent(backendPort);
    }

    /** Gives no new connection to this port. */
    void remove(int backendPort) {
        backends.remove(Integer.valueOf(backendPort));
    }

    private void connect(Channel client) {
        List<Integer> current = List.copyOf(backends);
        if (current.isEmpty()) {
            client.close();
            return;
        }
        int port = current.get(Math.floorMod(next.getAndIncrement(), current.size()));
        ChannelFuture connecting = new Bootstrap()
                .group(client.eventLoop())
                .channel(client.getClass().asSubclass(Channel.class))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1_000)
                .handler(new Relay(client))
                .connect(InetAddress.getLoopbackAddress(), port);
        client.pipeline().addLast(new Relay(connecting.channel()));
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                client.config().setAutoRead(true);
                connecting.channel().config().setAutoRead(true);
            } else {
                client.close();
            }
        });
    }

    @Override
    public void close() {
        server.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    /** One direction of a connection. Not thread-safe; both directions are confined to one event loop. */
    private static final class Relay extends ChannelInboundHandlerAdapter {
        private final Channel to;
        private boolean inputEnded;

        Relay(Channel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            to.write(bytes, to.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            to.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            to.config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
                inputEnded = true;
                // Behind what is still to be written; the other direction stays open until it ends as well.
                to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> endOutput(context.channel()));
            }
        }

        private void endOutput(Channel from) {
            boolean otherEnded = ((DuplexChannel) from).isOutputShutdown();
            ((DuplexChannel) to).shutdownOutput().addListener(ended -> {
                if (otherEnded) {
                    from.close();
                    to.close();
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (to.isActive()) {
                to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> to.close());
            } else {
                to.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // A reset is passed on as one: the other side shall not wait for what will not come.
            if (to.isActive()) {
                to.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            to.close();
            context.close();
        }
    }
}
