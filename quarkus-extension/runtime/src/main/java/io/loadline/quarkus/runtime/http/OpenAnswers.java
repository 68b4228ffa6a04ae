/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.loadline.drain.DrainParticipant;
import io.loadline.limit.Streams;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a drain waits for beside admitted requests: answers to requests that pass untouched, and what is still on its way to
 * clients. Thread-safe.
 */
final class OpenAnswers implements DrainParticipant {
    /*
     * A response has ended for Vert.x when its last bytes are with Netty. A client that reads slowly gets them long after that,
     * and would not get what is left when the server closes. So connections are noted, once each, and looked at when the last
     * request has gone: an empty write is done when all that was written before it is. HTTP/2 keeps what its client has no
     * window for in queues of its own, by stream, before that.
     */
    private static final AttributeKey<Object> NOTED = AttributeKey.valueOf(OpenAnswers.class, "noted");

    private static final int SWEPT_BEATS = 10;

    private final Set<OpenConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<Untouched> unanswered = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allAnswered = lock.newCondition();

    /** Confined to the beat. */
    private int beats;

    @Override
    public String name() {
        return "responses";
    }

    @Override
    public boolean servesRequests() {
        return true;
    }

    /** After executors, by which requests may be answered. */
    @Override
    public int order() {
        return Integer.MAX_VALUE;
    }

    /** Notes the connection of a request; on its event loop. Null if it is none of the server's own. */
    @Nullable
    OpenConnection note(RoutingContext context) {
        Channel channel = channel(context);
        if (channel == null) {
            return null;
        }
        OpenConnection connection = noted(channel);
        if (connection == null) {
            OpenConnection opened = new OpenConnection(channel);
            channel.attr(NOTED).set(new Noted(this, opened));
            connections.add(opened);
            channel.closeFuture().addListener(opened).addListener(gone -> connections.remove(opened));
            connection = opened;
        }
        connection.setAwaited(true);
        return connection;
    }

    /** Null if it is not noted, or was by the application before a live reload, maybe with other classes. */
    private @Nullable OpenConnection noted(Channel channel) {
        return channel.attr(NOTED).get() instanceof Noted noted && noted.by == this ? noted.connection : null;
    }

    /** What lasts may have a client that does not read, who holds the drain for the farewell only. */
    void doNotWaitFor(RoutingContext context) {
        Channel channel = channel(context);
        OpenConnection connection = channel == null ? null : noted(channel);
        // Other streams of HTTP/2 have the same one.
        if (connection != null && context.request().version() != HttpVersion.HTTP_2) {
            // Until it has another request.
            connection.setAwaited(false);
        }
    }

    /** Ends requests that were answered without anybody having told. At each beat. */
    void sweep() {
        beats++;
        if (beats % SWEPT_BEATS == 0) {
            connections.forEach(OpenConnection::sweep);
        }
    }

    /** Waits for the answer to a request that nobody counts. */
    void await(RoutingContext context) {
        if (context.request().headers().contains(HttpHeaders.UPGRADE)) {
            // What is upgraded is never answered.
            doNotWaitFor(context);
        } else {
            new Untouched(context).listen();
        }
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException, ExecutionException {
        lock.lockInterruptibly();
        try {
            while (!unanswered.isEmpty()) {
                allAnswered.await();
            }
        } finally {
            lock.unlock();
        }
        CompletableFuture<?>[] sent = awaited()
                .map(OpenConnection::channel)
                .map(OpenAnswers::whenSent)
                .toArray(CompletableFuture<?>[]::new);
        Object unused = CompletableFuture.allOf(sent).get();
    }

    @Override
    public List<String> active() {
        return List.of(unanswered.size() + " requests that pass untouched; "
                + awaited().count() + " connections");
    }

    private Stream<OpenConnection> awaited() {
        return connections.stream().filter(OpenConnection::isAwaited);
    }

    private static @Nullable Channel channel(RoutingContext context) {
        return context.request().connection() instanceof ConnectionBase connection ? connection.channel() : null;
    }

    private static CompletableFuture<Void> whenSent(Channel channel) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        channel.closeFuture().addListener(gone -> sent.complete(null));
        try {
            // After what other threads have written.
            channel.eventLoop().execute(() -> {
                Http2ConnectionHandler handler = channel.pipeline().get(Http2ConnectionHandler.class);
                if (handler == null) {
                    flush(channel, sent);
                } else {
                    new Queues(channel, handler.connection(), () -> flush(channel, sent)).look();
                }
            });
        } catch (RejectedExecutionException stopped) {
            sent.complete(null);
        }
        return sent;
    }

    private static void flush(Channel channel, CompletableFuture<Void> sent) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> sent.complete(null));
    }

    private record Noted(OpenAnswers by, OpenConnection connection) {}

    /** A request that is not answered yet. */
    private final class Untouched implements ChannelFutureListener {
        private final RoutingContext context;
        private final @Nullable ChannelFuture closing;

        Untouched(RoutingContext context) {
            this.context = context;
            Channel channel = channel(context);
            this.closing = channel == null ? null : channel.closeFuture();
        }

        void listen() {
            unanswered.add(this);
            if (closing != null) {
                closing.addListener(this);
            }
            context.addHeadersEndHandler(unused -> {
                if (Streams.isStream(context.response().headers().get(HttpHeaders.CONTENT_TYPE))) {
                    end();
                    doNotWaitFor(context);
                }
            });
            context.addBodyEndHandler(unused -> end());
            context.addEndHandler(unused -> end());
        }

        @Override
        public void operationComplete(ChannelFuture gone) {
            end();
        }

        private void end() {
            if (!unanswered.remove(this)) {
                return;
            }
            if (closing != null) {
                closing.removeListener(this);
            }
            if (unanswered.isEmpty()) {
                lock.lock();
                try {
                    allAnswered.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /** What HTTP/2 holds back, until nothing is any more. Confined to the connection's event loop. */
    private static final class Queues extends Http2ConnectionAdapter {
        /** A stream whose queue is empty may stay open, of which nothing tells. */
        private static final long AGAIN_MILLIS = 50;

        private final Channel channel;
        private final Http2Connection connection;
        private @Nullable Runnable whenEmpty;

        Queues(Channel channel, Http2Connection connection, Runnable whenEmpty) {
            this.channel = channel;
            this.connection = connection;
            this.whenEmpty = whenEmpty;
        }

        void look() {
            connection.addListener(this);
            lookAgain();
        }

        private void lookAgain() {
            onStreamClosed(null);
            if (whenEmpty != null && channel.isActive()) {
                Object unused = channel.eventLoop().schedule(this::lookAgain, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        /** A stream whose last bytes have gone is closed. */
        @Override
        public void onStreamClosed(@Nullable Http2Stream closed) {
            Runnable waiting = whenEmpty;
            if (waiting != null && isEmpty()) {
                whenEmpty = null;
                waiting.run();
            }
        }

        private boolean isEmpty() {
            Http2RemoteFlowController queues = connection.remote().flowController();
            try {
                return connection.forEachActiveStream(stream -> !queues.hasFlowControlled(stream)) == null;
            } catch (Http2Exception e) {
                return true;
            }
        }
    }
}
