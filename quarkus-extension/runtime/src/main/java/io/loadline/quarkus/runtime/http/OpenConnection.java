/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of the server's: what is under way on it, and whether a drain waits for it. Thread-safe. */
final class OpenConnection implements ChannelFutureListener {
    /*
     * Netty would tell each exchange itself, but a listener that is added for each request and taken away again costs more than
     * all else that is done with the connection. So there is one for all of them. HTTP/1 has one exchange at a time, whose place
     * is no table.
     */
    private static final Logger LOG = LoggerFactory.getLogger(OpenConnection.class);

    private final Channel channel;
    private final AtomicReference<@Nullable Exchange> first = new AtomicReference<>();
    private final Set<Exchange> further = ConcurrentHashMap.newKeySet();

    /** Whether a drain waits for what is on its way to the client. Written by whoever works on a request, read by the drain. */
    private volatile boolean awaited;

    /** Written before exchanges are told, read by those that come after that. */
    private volatile boolean gone;

    OpenConnection(Channel channel) {
        this.channel = channel;
    }

    Channel channel() {
        return channel;
    }

    boolean isAwaited() {
        return awaited;
    }

    void setAwaited(boolean wanted) {
        if (awaited != wanted) {
            awaited = wanted;
        }
    }

    /** Tells {@code exchange} when the connection goes, at once if it has gone, until it has ended. On the event loop. */
    void begin(Exchange exchange) {
        Exchange before = first.get();
        if (before != null) {
            before.endIfAnswered();
        }
        // Nobody else puts one there.
        if (first.get() == null) {
            first.set(exchange);
        } else {
            further.add(exchange);
        }
        if (gone) {
            exchange.connectionGone();
        }
    }

    /** Forgets it; does nothing the second time. */
    void end(Exchange exchange) {
        if (!first.compareAndSet(exchange, null)) {
            further.remove(exchange);
        }
    }

    /** Ends what has been answered, and sent, without anybody having told. By any thread. */
    void sweep() {
        Exchange running = first.get();
        if (running != null && running.isAnswered()) {
            try {
                channel.eventLoop().execute(() -> endIfSent(running));
            } catch (RejectedExecutionException stopped) {
                // Connections are told to go, and tell it.
            }
        }
    }

    /** A file has been answered for Vert.x when it begins to be sent. */
    private void endIfSent(Exchange answered) {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (unsent == null || (unsent.isEmpty() && unsent.totalPendingWriteBytes() == 0)) {
            answered.endIfAnswered();
        }
    }

    /** On the event loop. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        gone = true;
        Exchange alone = first.get();
        if (alone != null) {
            tell(alone);
        }
        further.forEach(OpenConnection::tell);
    }

    private static void tell(Exchange exchange) {
        try {
            exchange.connectionGone();
        } catch (RuntimeException e) {
            // The others are to be told, too.
            LOG.warn("A request whose connection has gone cannot be ended", e);
        }
    }
}
