/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One client connection with at most one request on it. Not thread-safe; confined to the run's event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline tells what becomes of a channel
final class LoadConnection extends SimpleChannelInboundHandler<HttpObject> {
    private final LoadRun run;
    private final Channel channel;
    private @Nullable LoadExchange exchange;
    private @Nullable HttpResponse head;
    private String failure = "closed";
    long idleSinceNanos;

    LoadConnection(LoadRun run, Channel channel) {
        this.run = run;
        this.channel = channel;
    }

    boolean isUsable() {
        return channel.isActive();
    }

    void send(LoadExchange next) {
        exchange = next;
        head = null;
        next.localPort = ((InetSocketAddress) channel.localAddress()).getPort();
        channel.writeAndFlush(run.request(next), channel.voidPromise());
    }

    void close() {
        channel.close();
    }

    /* The client has given up. It resets, so that nothing in between keeps a connection for an answer nobody awaits. */
    void abandon() {
        exchange = null;
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            failure = "malformed: " + message.decoderResult().cause();
            context.close();
            return;
        }
        if (message instanceof HttpResponse response
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            head = response;
        }
        // An interim answer (100, 103) also ends in a LastHttpContent, but has left no head.
        if (message instanceof LastHttpContent && head != null && exchange != null) {
            answered(head, exchange);
        }
    }

    private void answered(HttpResponse response, LoadExchange done) {
        exchange = null;
        int status = response.status().code();
        String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        // Without either, any end of the connection would look like the end of the body, the middle of it too.
        boolean whole = HttpUtil.isContentLengthSet(response)
                || HttpUtil.isTransferEncodingChunked(response)
                || status == 204
                || status == 304;
        boolean refusal = (status == 503 || status == 429) && type.startsWith("application/problem+json");
        Outcome answer = status == 200 ? Outcome.OK : refusal ? Outcome.SHED : Outcome.WRONG_STATUS;
        Outcome outcome = whole ? answer : Outcome.BROKEN;
        if (HttpUtil.isKeepAlive(response) && !done.fresh) {
            run.release(this);
        } else {
            close();
        }
        run.ended(done, outcome, status, "");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failure = String.valueOf(cause.getMessage());
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        run.closed(context.channel());
        if (exchange != null) {
            LoadExchange broken = exchange;
            exchange = null;
            String where = head == null ? " before the head" : " within the body";
            run.ended(broken, Outcome.BROKEN, head == null ? 0 : head.status().code(), failure + where);
        }
    }
}
