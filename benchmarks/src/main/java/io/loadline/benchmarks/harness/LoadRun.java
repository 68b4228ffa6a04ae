/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Load that is being sent. Thread-safe: all state is confined to one event loop, the public methods go through it. */
@SuppressWarnings("FutureReturnValueIgnored") // the pipeline tells what becomes of a channel
public final class LoadRun {
    /* How many overdue requests may be sent before the loop looks at its sockets again. */
    private static final int BURST = 64;

    private final LoadPlan plan;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final RequestLog log;
    private final SplittableRandom random;
    /* Its own: the arrivals of a plan are the same whatever becomes of them. */
    private final SplittableRandom backoffRandom;
    private final ByteBuf[] keptRequests;
    private final ByteBuf[] freshRequests;
    private final long originNanos = System.nanoTime();
    private final double originEpochMillis = System.currentTimeMillis();

    /*
     * First in, first out: behind a balancer of connections, the last one in would often be that of an instance which
     * refuses quickly, and would draw ever more requests to it.
     */
    private final ArrayDeque<LoadConnection> idle = new ArrayDeque<>();
    private final Set<Channel> channels = new HashSet<>();
    /* Attempts in the order in which they were sent, hence of deadlines, as all have the same timeout. */
    private final ArrayDeque<LoadExchange> pending = new ArrayDeque<>();
    private final CompletableFuture<LoadStats> finished = new CompletableFuture<>();
    private final LoadStats total = new LoadStats();
    private LoadStats window = new LoadStats();
    private double ratePerSecond;
    private double nextNanos;
    private double freshDue;
    private long sequence;
    private long outstanding;
    /* Number of the chain of ticks that counts: a change of rate starts a new one. */
    private long ticking;
    private long startNanos;
    private long windowStartNanos;
    private boolean stopping;

    LoadRun(LoadPlan plan, EventLoop loop, Class<? extends SocketChannel> channelType) throws IOException {
        this.plan = plan;
        this.loop = loop;
        ratePerSecond = plan.ratePerSecond();
        random = new SplittableRandom(plan.seed());
        backoffRandom = new SplittableRandom(~plan.seed());
        log = new RequestLog(plan.log());
        keptRequests = encode(false);
        freshRequests = encode(true);
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        plan.timeout().toMillis())
                .remoteAddress(plan.target())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpResponseDecoder(), new LoadConnection(LoadRun.this, channel));
                    }
                });
    }

    private ByteBuf[] encode(boolean fresh) {
        return plan.paths().stream()
                .map(path -> Unpooled.directBuffer().writeBytes(plan.encode(path, fresh)))
                .toArray(ByteBuf[]::new);
    }

    /** Changes the requests a second from now on. */
    public void ratePerSecond(double newRatePerSecond) {
        if (!(newRatePerSecond > 0)) {
            throw new IllegalArgumentException("ratePerSecond must be above 0: " + newRatePerSecond);
        }
        onLoop(() -> {
            if (newRatePerSecond != ratePerSecond) {
                // What is overdue was asked for at the old rate: forgetting it would spare who stalls the generator.
                sendDue(Integer.MAX_VALUE);
                ratePerSecond = newRatePerSecond;
                startTicking();
            }
            return ratePerSecond;
        });
    }

    /** What ended since the last call, or since the start. */
    public LoadStats window() {
        return onLoop(() -> {
            LoadStats last = window;
            last.elapsed(now() - windowStartNanos);
            window = new LoadStats();
            windowStartNanos = now();
            return last;
        });
    }

    /** Sends no more, waits until every request has ended, and returns all that was counted. */
    public LoadStats stop() throws InterruptedException {
        loop.execute(() -> {
            if (!stopping) {
                stopping = true;
                total.elapsed(now() - startNanos);
                finishIfDone();
            }
        });
        try {
            return finished.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private <T> T onLoop(Callable<T> action) {
        return loop.submit(action).syncUninterruptibly().getNow();
    }

    /* Nanoseconds since this run was made. */
    private long now() {
        return System.nanoTime() - originNanos;
    }

    void begin() {
        startNanos = now();
        windowStartNanos = startNanos;
        sweepIdle();
        startTicking();
    }

    private void startTicking() {
        nextNanos = now() + plan.arrivals().gapNanos(ratePerSecond, random);
        tick(++ticking);
    }

    private void tick(long mine) {
        if (stopping || mine != ticking) {
            return;
        }
        sendDue(BURST);
        later((long) nextNanos - now(), () -> tick(mine));
    }

    private void sendDue(int most) {
        for (int i = 0; i < most && nextNanos <= now(); i++) {
            send((long) nextNanos);
            nextNanos += plan.arrivals().gapNanos(ratePerSecond, random);
        }
    }

    private void later(long nanos, Runnable task) {
        loop.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        finished.completeExceptionally(e);
                    }
                },
                nanos,
                TimeUnit.NANOSECONDS);
    }

    private void send(long scheduledNanos) {
        freshDue += plan.freshShare();
        boolean fresh = freshDue >= 1;
        if (fresh) {
            freshDue--;
        }
        int path = (int) (sequence++ % plan.paths().size());
        LoadExchange exchange = new LoadExchange(scheduledNanos, now(), path, fresh, 1);
        window.offered(exchange.sentNanos - scheduledNanos);
        total.offered(exchange.sentNanos - scheduledNanos);
        outstanding++;
        send(exchange);
    }

    private void send(LoadExchange exchange) {
        pending.add(exchange);
        if (pending.size() == 1) {
            expire();
        }
        LoadConnection pooled = exchange.fresh ? null : pooled();
        if (pooled == null) {
            connect(exchange);
        } else {
            exchange.connection = pooled;
            exchange.reused = true;
            pooled.send(exchange);
        }
    }

    private @Nullable LoadConnection pooled() {
        for (LoadConnection first = idle.pollFirst(); first != null; first = idle.pollFirst()) {
            if (first.isUsable()) {
                return first;
            }
        }
        return null;
    }

    private void connect(LoadExchange exchange) {
        ChannelFuture connecting = bootstrap.connect();
        channels.add(connecting.channel());
        connecting.addListener(future -> {
            if (!future.isSuccess()) {
                channels.remove(connecting.channel());
                ended(
                        exchange,
                        Outcome.CONNECT_FAILED,
                        0,
                        String.valueOf(future.cause().getMessage()));
            } else if (exchange.ended) {
                connecting.channel().close();
            } else {
                exchange.connection = connecting.channel().pipeline().get(LoadConnection.class);
                exchange.connection.send(exchange);
            }
        });
    }

    ByteBuf request(LoadExchange exchange) {
        return (exchange.fresh ? freshRequests : keptRequests)[exchange.path].retainedDuplicate();
    }

    void release(LoadConnection connection) {
        connection.idleSinceNanos = now();
        idle.addLast(connection);
    }

    void closed(Channel channel) {
        channels.remove(channel);
    }

    void ended(LoadExchange exchange, Outcome outcome, int status, String detail) {
        if (exchange.ended) {
            return;
        }
        exchange.ended = true;
        if (outcome != Outcome.OK && exchange.attempt <= plan.retries() && !stopping) {
            later(backoffNanos(exchange.attempt), () -> retry(exchange, outcome, status, detail));
        } else {
            over(exchange, outcome, status, detail);
        }
    }

    private long backoffNanos(int attempt) {
        return (long) (plan.backoff().toNanos() * (1 << (attempt - 1)) * (0.5 + 0.5 * backoffRandom.nextDouble()));
    }

    /* In a run that stops meanwhile, the attempt before was the last. */
    private void retry(LoadExchange before, Outcome outcome, int status, String detail) {
        if (stopping) {
            over(before, outcome, status, detail);
            return;
        }
        window.sentAgain();
        total.sentAgain();
        send(new LoadExchange(before.scheduledNanos, now(), before.path, before.fresh, before.attempt + 1));
    }

    private void over(LoadExchange exchange, Outcome outcome, int status, String detail) {
        outstanding--;
        long latencyNanos = now() - exchange.scheduledNanos;
        window.ended(outcome, latencyNanos);
        total.ended(outcome, latencyNanos);
        log.write(
                originEpochMillis + exchange.scheduledNanos / 1e6,
                latencyNanos,
                outcome,
                status,
                exchange.fresh ? "fresh" : exchange.reused ? "reused" : "new",
                exchange.localPort,
                plan.paths().get(exchange.path),
                detail);
        finishIfDone();
    }

    /* Ends what is overdue, and comes again when the next request would be. */
    private void expire() {
        long overdueNanos = now() - plan.timeout().toNanos();
        for (LoadExchange first = pending.peek(); first != null; first = pending.peek()) {
            if (!first.ended && first.sentNanos > overdueNanos) {
                later(first.sentNanos - overdueNanos, this::expire);
                return;
            }
            pending.remove();
            if (!first.ended) {
                if (first.connection != null) {
                    first.connection.abandon();
                }
                ended(first, Outcome.TIMEOUT, 0, first.connection == null ? "connecting" : "waiting");
            }
        }
    }

    private void sweepIdle() {
        for (LoadConnection oldest = idle.peekFirst(); oldest != null; oldest = idle.peekFirst()) {
            if (oldest.isUsable()
                    && now() - oldest.idleSinceNanos < plan.maxIdle().toNanos()) {
                break;
            }
            idle.removeFirst();
            oldest.close();
        }
        if (!finished.isDone()) {
            later(Math.max(10_000_000, plan.maxIdle().toNanos() / 10), this::sweepIdle);
        }
    }

    private void finishIfDone() {
        if (stopping && outstanding == 0 && !finished.isDone()) {
            log.close();
            finished.complete(total);
            List.copyOf(channels).forEach(Channel::close);
            Stream.of(keptRequests, freshRequests).flatMap(Stream::of).forEach(ByteBuf::release);
        }
    }
}
