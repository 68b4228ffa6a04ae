/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges that last until somebody ends them: event streams, WebSockets, long polls. Thread-safe.
 *
 * <p>They are told to go when a drain is announced, so that their clients come back elsewhere, and hold it for no longer
 * than {@link DrainCoordinator.Builder#farewell}. Whoever opens one gives its ticket back to the limiter at once: an
 * exchange that waits most of the time is no load, and the drain would wait for its ticket.
 */
public final class LongLivedExchanges {
    /*
     * Told by a few threads of their own: a farewell that writes to a client which does not read may block, and must hold
     * up neither the drain nor the others. So there are twice as many threads whenever, from one beat to the next, none
     * has got on while somebody still waits to be told.
     *
     * An exchange is put into the set before "leaving" is read, and the set is read after "leaving" is written: one that
     * is opened while a drain begins is told by the one or the other, and by the first of both.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LongLivedExchanges.class);
    private static final int FEW_THREADS = 8;
    private static final int MAX_THREADS = 64;
    private static final long IDLE_SECONDS = 1;

    private final Ticker ticker;
    private final ConcurrencyLimiter limiter;
    private final Runnable whenGone;
    private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();

    /** Raised by whoever logs it. */
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    /** Written once by the drain, read by whoever opens or closes an exchange. */
    private volatile boolean leaving;

    @GuardedBy("this")
    private @Nullable ThreadPoolExecutor messengers;

    @GuardedBy("this")
    private long toldBefore = -1;

    /** {@code whenGone} is called when the last one goes during a drain. */
    LongLivedExchanges(Ticker ticker, ConcurrencyLimiter limiter, Runnable whenGone) {
        this.ticker = ticker;
        this.limiter = limiter;
        this.whenGone = whenGone;
    }

    /**
     * Notes an exchange that has begun, until its registration is closed.
     *
     * @param route what reports call it; a name from code, not from the request
     * @param farewell tells the client to go: sends a last event, closes with status 1001, answers early. Called once,
     *     by another thread, when a drain is announced or, if one is on, at once; it may not be called at all if the
     *     exchange ends before
     */
    public Registration open(String route, Runnable farewell) {
        limiter.streams().begin();
        return note(route, farewell);
    }

    /**
     * The same, unless there are as many of the limiter's streams as there may be: then this is null, and the exchange is to
     * be refused, which is counted.
     */
    public @Nullable Registration tryOpen(String route, Runnable farewell) {
        Registration opened = openIfRoom(route, farewell);
        limiter.streams().countRefusable(limiter.route(route), opened != null);
        return opened;
    }

    /** The same for an exchange that goes on as a call then: no refusal is counted. */
    public @Nullable Registration openIfRoom(String route, Runnable farewell) {
        return limiter.streams().tryBegin() ? note(route, farewell) : null;
    }

    private Registration note(String route, Runnable farewell) {
        Exchange exchange = new Exchange(route, farewell, ticker.read());
        exchanges.add(exchange);
        if (leaving) {
            tell(exchange);
        }
        return () -> close(exchange);
    }

    /** How many are open. */
    public int count() {
        return exchanges.size();
    }

    void leave() {
        leaving = true;
        exchanges.forEach(this::tell);
    }

    boolean isEmpty() {
        return exchanges.isEmpty();
    }

    /** Due at each beat. */
    synchronized void beat() {
        if (messengers == null) {
            return;
        }
        long told = messengers.getCompletedTaskCount();
        if (told == toldBefore && !messengers.getQueue().isEmpty()) {
            messengers.setCorePoolSize(Math.min(2 * messengers.getCorePoolSize(), MAX_THREADS));
        }
        toldBefore = told;
    }

    /** The {@code most} oldest that are open, oldest first. */
    List<UnfinishedCall> oldest(int most) {
        long now = ticker.read();
        return exchanges.stream()
                .map(each -> new UnfinishedCall(
                        each.route, Duration.ofNanos(Math.max(0, now - each.openedNanos)), null, true))
                .sorted(Comparator.comparing(UnfinishedCall::age).reversed())
                .limit(most)
                .toList();
    }

    private void close(Exchange exchange) {
        if (exchanges.remove(exchange)) {
            limiter.streams().end();
            if (leaving && exchanges.isEmpty()) {
                whenGone.run();
            }
        }
    }

    private void tell(Exchange exchange) {
        if (!exchange.told.compareAndSet(false, true)) {
            return;
        }
        try {
            messengers().execute(() -> sayFarewell(exchange));
        } catch (Throwable e) {
            warn(exchange, e);
        }
    }

    private void sayFarewell(Exchange exchange) {
        try {
            exchange.farewell.run();
        } catch (Throwable e) {
            warn(exchange, e);
        }
    }

    /** There may be thousands, and what is wrong with one is mostly wrong with all. */
    private void warn(Exchange exchange, Throwable failure) {
        if (failureLogged.compareAndSet(false, true)) {
            LOG.warn("{} could not be told to go; of others this is not logged", exchange.route, failure);
        }
    }

    private synchronized Executor messengers() {
        if (messengers == null) {
            ThreadPoolExecutor executor = new ThreadPoolExecutor(
                    FEW_THREADS, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "loadline-farewell");
                        thread.setDaemon(true);
                        return thread;
                    });
            executor.allowCoreThreadTimeOut(true);
            messengers = executor;
        }
        return messengers;
    }

    private static final class Exchange {
        private final String route;
        private final Runnable farewell;
        private final long openedNanos;

        /** Raised by whoever tells it to go first. */
        private final AtomicBoolean told = new AtomicBoolean();

        Exchange(String route, Runnable farewell, long openedNanos) {
            this.route = route;
            this.farewell = farewell;
            this.openedNanos = openedNanos;
        }
    }
}
