/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.LogCapture;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A limiter of one call, and what somebody hears of it. */
@Timeout(60)
class AdmissionListenerTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration WAIT = Duration.ofMillis(7);

    private final ManualTicker ticker = new ManualTicker();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final ConcurrencyLimiter limiter = limiter(builder -> builder.listener(new Told("")));
    private final Route route = limiter.route("route");

    @Test
    void admittedCalls_areNotTold() throws Exception {
        limiter.call(route, () -> "served");
        limiter.call(route, LONG, () -> "served");
        limiter.acquireAsync(route, LONG).toCompletableFuture().join().close();
        limiter.enforcement(Enforcement.SHADOW);
        limiter.call(route, () -> limiter.call(route, () -> "beyond the limit"));
        assertThat(told).isEmpty();
    }

    @Test
    void refusal_isToldOnce_howeverTheCallAsks() {
        try (Permit holding = limiter.tryAcquire()) {
            assertThat(limiter.tryAcquire(route)).isNull();
            assertTold("refused limit");
            assertThat(limiter.tryAcquireTicket(route)).isEqualTo(ConcurrencyLimiter.REFUSED);
            assertTold("refused limit");
            assertRefused(() -> limiter.acquireTicket(route, CallContext.NONE));
            assertRefused(() -> limiter.acquire(route, Duration.ZERO));
            assertRefused(() -> limiter.call(route, () -> "never"));
            assertRefused(() -> limiter.call(route, Duration.ZERO, () -> "never"));
            assertThat(limiter.callAsync(route, CompletableFuture::new)).isCompletedExceptionally();
            assertTold("refused limit");
            assertThat(limiter.acquireAsync(route, Duration.ZERO)).isCompletedExceptionally();
            assertTold("refused limit");
            assertThat(limiter.callAsync(route, Duration.ZERO, CompletableFuture::new))
                    .isCompletedExceptionally();
            assertTold("refused limit");
        }
        limiter.refuseAll(() -> {});
        assertThat(limiter.tryAcquire(route)).isNull();
        assertTold("refused draining");
        limiter.resume();
        CallContext late = CallContext.NONE.timeout(Duration.ZERO, ticker);
        assertThat(limiter.tryAcquire(route, late)).isNull();
        assertTold("refused deadline");
    }

    @Test
    void waitOfAThread_isToldByItBeforeItGoesOn() throws Exception {
        Permit holding = limiter.tryAcquire();
        FutureTask<String> call = inThread(() -> limiter.call(route, LONG, () -> told.remove(0)));
        awaitWaiting();
        ticker.advance(WAIT);
        assertThat(told).isEmpty();
        holding.close();
        assertThat(call.get()).isEqualTo("waited PT0.007S");
        assertThat(told).isEmpty();
    }

    @Test
    void waitInVain_isToldAsAWaitAndARefusal() throws Exception {
        try (Permit holding = limiter.tryAcquire()) {
            FutureTask<Permit> call = inThread(() -> limiter.acquire(route, WAIT));
            awaitWaiting();
            ticker.advance(WAIT);
            limiter.beat();
            assertThatThrownBy(call::get).hasCauseInstanceOf(RejectedException.class);
            assertTold("waited PT0.007S", "refused queue");
        }
    }

    @Test
    void waitThatIsInterrupted_isToldAsAWaitAndARefusal() throws Exception {
        try (Permit holding = limiter.tryAcquire()) {
            FutureTask<Permit> call = new FutureTask<>(() -> limiter.acquire(route, LONG));
            Thread thread = new Thread(call);
            thread.start();
            awaitWaiting();
            thread.interrupt();
            assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedException.class);
            assertTold("waited PT0S", "refused queue");
        }
    }

    @Test
    void fullQueue_isNoWait() {
        ConcurrencyLimiter full =
                limiter(builder -> builder.listener(new Told("")).maxWaiters(1));
        try (Permit holding = full.tryAcquire()) {
            CompletableFuture<Permit> first =
                    full.acquireAsync(full.otherRoute(), LONG).toCompletableFuture();
            assertThat(full.acquireAsync(full.otherRoute(), LONG)).isCompletedExceptionally();
            assertTold("named: refused queue");
            first.cancel(false);
            assertTold("named: waited PT0S", "named: refused queue");
        }
    }

    @Test
    void waitWithoutAThread_isToldToWhomTheAskingThreadNamed() {
        Permit holding = limiter.tryAcquire();
        CompletableFuture<Permit> admitted = limiter.acquireAsync(route, LONG).toCompletableFuture();
        CompletableFuture<String> refused =
                limiter.callAsync(route, WAIT, CompletableFuture<String>::new).toCompletableFuture();
        ticker.advance(WAIT);
        limiter.beat();
        assertThatExceptionOfType(CompletionException.class).isThrownBy(refused::join);
        assertTold("named: waited PT0.007S", "named: refused queue");
        holding.close();
        admitted.join().close();
        assertTold("named: waited PT0.007S");
    }

    @Test
    void streamTooMany_isARefusal() {
        limiter.streams().max(0);
        limiter.streams().countRefusable(route, limiter.streams().tryBegin());
        assertTold("refused route_cap");
    }

    /** Whatever it throws, and wherever. */
    @Test
    void listenerThatThrows_changesNothing_andIsLoggedOnce() throws Exception {
        AdmissionListener failing = new AdmissionListener() {
            @Override
            public void waited(Route of, Duration wait) {
                throw new NoClassDefFoundError("on purpose");
            }

            @Override
            public void refused(Route of, RejectionReason reason) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public AdmissionListener ofWaiting() {
                throw new IllegalStateException("on purpose");
            }
        };
        ConcurrencyLimiter failed = limiter(builder -> builder.listener(failing).listener(new Told("")));
        try (LogCapture log = LogCapture.of(ConcurrencyLimiter.class)) {
            Permit holding = failed.tryAcquire();
            assertThat(failed.tryAcquire()).isNull();
            assertTold("refused limit");
            CompletableFuture<Permit> waiting =
                    failed.acquireAsync(failed.otherRoute(), LONG).toCompletableFuture();
            holding.close();
            waiting.join().close();
            assertTold("named: waited PT0S");
            assertThat(failed.inFlight()).isZero();
            assertThat(log.warnings()).containsExactly("A listener of admission failed; this is logged once");
        }
    }

    /** As where there is no memory left for what a listener is told. */
    @Test
    void waitThatCannotBeTold_keepsItsPermit() {
        AtomicBoolean exhausted = new AtomicBoolean();
        ConcurrencyLimiter poor =
                limiter(builder -> builder.listener(new Told("")).ticker(() -> {
                    if (exhausted.get()) {
                        throw new OutOfMemoryError("on purpose");
                    }
                    return ticker.read();
                }));
        Queue<Runnable> handedOver = new ArrayDeque<>();
        Permit holding = poor.tryAcquire();
        CompletableFuture<Permit> waiting = poor.acquireAsync(
                        poor.otherRoute(), CallContext.NONE, LONG, handedOver::add)
                .toCompletableFuture();
        holding.close();
        exhausted.set(true);
        handedOver.remove().run();
        exhausted.set(false);
        assertThat(told).isEmpty();
        assertThat(poor.inFlight()).isOne();
        waiting.join().close();
        assertThat(poor.inFlight()).isZero();
    }

    private void assertRefused(Asked asked) {
        assertThatExceptionOfType(RejectedException.class).isThrownBy(asked::ask);
        assertTold("refused limit");
    }

    private void assertTold(String... expected) {
        assertThat(told).containsExactly(expected);
        told.clear();
    }

    /** Waits whose turn has come are completed by the thread that brings that about. */
    private ConcurrencyLimiter limiter(Consumer<ConcurrencyLimiter.Builder> configure) {
        ConcurrencyLimiter.Builder builder = ConcurrencyLimiter.builder("told")
                .algorithm(() -> FixedLimit.of(1))
                .cpuUtilization(() -> Double.NaN)
                .maxWaiters(2)
                .ticker(ticker);
        builder.background = new Waiting.Background() {
            @Override
            public void execute(Runnable task) {
                task.run();
            }

            @Override
            public Runnable schedule(Runnable task, long nanos) {
                return () -> {};
            }
        };
        configure.accept(builder);
        return builder.build();
    }

    private static <T> FutureTask<T> inThread(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        new Thread(task).start();
        return task;
    }

    private void awaitWaiting() {
        while (limiter.waiting().waiting() != 1) {
            Thread.onSpinWait();
        }
    }

    /** What may throw. */
    @FunctionalInterface
    private interface Asked {
        void ask() throws Exception;
    }

    /** Writes down what it is told, and who is: the one that the asking thread has named has a name. */
    private final class Told implements AdmissionListener {
        private final String name;

        Told(String name) {
            this.name = name;
        }

        @Override
        public void waited(Route of, Duration wait) {
            told.add(name + "waited " + wait);
        }

        @Override
        public void refused(Route of, RejectionReason reason) {
            told.add(name + "refused " + reason.tag());
        }

        @Override
        public AdmissionListener ofWaiting() {
            return new Told("named: ");
        }
    }
}
