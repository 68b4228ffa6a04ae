/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a limiter makes of the time that calls have waited for others, where that is taken down. */
class WaitingForOthersTest {
    private static final Callable<String> TIMES_OUT = () -> {
        throw new TimeoutException();
    };

    private final ManualTicker ticker = new ManualTicker();
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test")
            .ticker(ticker)
            .algorithm(() -> AdaptiveLimit.builder()
                    .limits(1, 100)
                    .initialLimit(10)
                    .warmUp(Duration.ZERO, 0)
                    .build())
            .build();
    private final Route route = limiter.route("orders");

    @Test
    void congestion_thatIsMostlyWaiting_saysSo() throws Exception {
        for (int window = 0; window < 20; window++) {
            serve(20, Duration.ofMillis(1), Duration.ofMillis(9));
        }
        for (int window = 0; window < 20 && !isCongested(); window++) {
            serve(20, Duration.ofMillis(1), Duration.ofMillis(299));
        }
        assertThat(limiter.lastDecision().reason())
                .startsWith("congested: latency is ")
                .endsWith(" x its baseline, 100 % of it waiting for dependencies");
    }

    @Test
    void congestion_thatIsNot_doesNot() throws Exception {
        for (int window = 0; window < 20; window++) {
            serve(20, Duration.ofMillis(1), Duration.ofMillis(9));
        }
        for (int window = 0; window < 20 && !isCongested(); window++) {
            serve(20, Duration.ofMillis(291), Duration.ofMillis(9));
        }
        assertThat(limiter.lastDecision().reason()).endsWith(" x its baseline");
    }

    @Test
    void call_thatADependencyHasFailed_isNotDropped() {
        assertThatThrownBy(() -> limiter.call(route, timed(), () -> {
                    Objects.requireNonNull(CallContext.current().timing()).downstreamFailed();
                    return TIMES_OUT.call();
                }))
                .isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> limiter.call(route, timed(), TIMES_OUT)).isInstanceOf(TimeoutException.class);
        assertThat(limiter.stats(route).ignored()).isOne();
        assertThat(limiter.stats(route).dropped()).isOne();
    }

    @Test
    void callWithinOneThatADependencyHasFailed_isDroppedForItsOwnTimeout() {
        CallContext context = timed();
        Objects.requireNonNull(context.timing()).downstreamFailed();
        assertThatThrownBy(() -> limiter.call(route, context, TIMES_OUT)).isInstanceOf(TimeoutException.class);
        assertThat(limiter.stats(route).dropped()).isOne();
    }

    @Test
    void callAsync_thatADependencyHasFailed_isNotDropped() {
        CallContext context = timed();
        CompletableFuture<String> answer = new CompletableFuture<>();
        Object unused = limiter.callAsync(route, context, () -> answer);
        Objects.requireNonNull(context.timing()).downstreamFailed();
        answer.completeExceptionally(new TimeoutException());
        assertThat(limiter.stats(route).ignored()).isOne();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void timingThatThrows_keepsNoCallFromBeingCounted() throws Exception {
        RequestTiming broken = new RequestTiming() {
            @Override
            public boolean waitBegins(long nowNanos) {
                return false;
            }

            @Override
            public void waitEnds(long nowNanos) {}

            @Override
            public long waitedNanos(long nowNanos) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void downstreamFailed() {}

            @Override
            public boolean hasDownstreamFailed() {
                throw new IllegalStateException("on purpose");
            }
        };
        CallContext context = CallContext.NONE.timing(broken);
        assertThat(limiter.call(route, context, () -> "served")).isEqualTo("served");
        assertThatThrownBy(() -> limiter.call(route, context, TIMES_OUT)).isInstanceOf(TimeoutException.class);
        assertThat(limiter.stats(route).succeeded()).isOne();
        assertThat(limiter.stats(route).dropped()).isOne();
        assertThat(limiter.inFlight()).isZero();
    }

    private CallContext timed() {
        return CallContext.NONE.timing(limiter.beginTiming());
    }

    private boolean isCongested() {
        return limiter.lastDecision().reason().startsWith("congested");
    }

    /** So many calls at once that do something, then wait; and a beat. */
    private void serve(int calls, Duration own, Duration wait) {
        long[] tickets = new long[calls];
        RequestTiming[] timings = new RequestTiming[calls];
        for (int i = 0; i < calls; i++) {
            tickets[i] = limiter.tryAcquireTicket(route);
            timings[i] = limiter.beginTiming();
        }
        ticker.advance(own);
        for (RequestTiming timing : timings) {
            boolean unused = timing.waitBegins(ticker.read());
        }
        ticker.advance(wait);
        for (int i = 0; i < calls; i++) {
            timings[i].waitEnds(ticker.read());
            if (tickets[i] != ConcurrencyLimiter.REFUSED) {
                limiter.release(tickets[i], route, Outcome.SUCCESS, timings[i]);
            }
        }
        ticker.advance(Duration.ofMillis(200));
        limiter.beat();
    }
}
