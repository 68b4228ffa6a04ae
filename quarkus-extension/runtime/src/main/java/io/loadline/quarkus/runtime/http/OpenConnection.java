/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A connection of the server's: what is under way on it, and whether a drain waits for it. Thread-safe. */
final class OpenConnection implements ChannelFutureListener {
    /*
     * Netty would tell each exchange itself, but a listener that is added for each request and taken away again costs more than
     * all else that is done with the connection. So there is one for all of them. HTTP/1 has one exchange at a time, whose place
     * is no table.
     */
    private final Channel channel;
    private final AtomicReference<@Nullable Exchange> first = new AtomicReference<>();
    private final Set<Exchange> further = ConcurrentHashMap.newKeySet();

    /** Whether a drain waits for what is on its way to the client. Written on the event loop, read by the drain. */
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

    void await(boolean wanted) {
        if (awaited != wanted) {
            awaited = wanted;
        }
    }

    /** Tells {@code exchange} when the connection goes, at once if it has gone, until it has ended. On the event loop. */
    void begin(Exchange exchange) {
        Exchange before = first.get();
        if (before != null) {
            // Should an application have taken its listener away.
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

    /** On the event loop. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        gone = true;
        Exchange alone = first.get();
        if (alone != null) {
            alone.connectionGone();
        }
        further.forEach(Exchange::connectionGone);
    }
}
