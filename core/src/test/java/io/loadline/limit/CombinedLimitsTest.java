/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Shares and caps, criticality, deadlines, waiting and streams in one limiter of ten calls. */
class CombinedLimitsTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration BEAT = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final ConcurrencyLimiter limiter = limiter();
    private final Route batch = limiter.route("batch");
    private final Route search = limiter.route("search");

    @Test
    void capIsFull_whoWaitsIsRefusedWhenItsTurnComes_andStandsInNobodysWay() {
        limiter.limits("batch", RouteLimits.NONE.cap(1));
        List<Long> running = acquireAll(search);
        CompletableFuture<Permit> first = acquireAsync(batch);
        CompletableFuture<Permit> second = acquireAsync(batch);
        CompletableFuture<Permit> other = acquireAsync(search);
        assertThat(limiter.waiting().waiting()).isEqualTo(3);
        release(search, running, 2);
        runPool();
        assertThat(first.join().route()).isSameAs(batch);
        assertThat(refusal(second)).isEqualTo(RejectionReason.ROUTE_CAP);
        assertThat(other.join().route()).isSameAs(search);
        assertThat(limiter.stats(batch).capped()).isEqualTo(1);
        assertThat(limiter.inFlight()).isEqualTo(10);
    }

    @Test
    void capIsFull_nobodyBeginsToWait() {
        limiter.limits("batch", RouteLimits.NONE.cap(1));
        assertThat(acquireAll(batch)).hasSize(1);
        assertThat(refusal(acquireAsync(batch))).isEqualTo(RejectionReason.ROUTE_CAP);
        assertThat(limiter.stats(batch).capped()).isEqualTo(2);
        assertThat(limiter.waiting()).isEqualTo(new WaitingStats(0, 0, 0, 0, Duration.ZERO));
    }

    @Test
    void placesOfAShare_goToTheFirstOfThoseTheyAreKeptFor() {
        limiter.limits("batch", RouteLimits.NONE.share(0.2));
        acquireAll(search);
        List<Long> own = acquireAll(batch);
        assertThat(own).hasSize(2);
        CompletableFuture<Permit> other = acquireAsync(search);
        CompletableFuture<Permit> first = acquireAsync(batch);
        CompletableFuture<Permit> second = acquireAsync(batch);
        release(batch, own, 1);
        runPool();
        assertThat(first).isCompleted();
        assertThat(List.of(other, second)).noneMatch(CompletableFuture::isDone);
        first.join().close();
        runPool();
        assertThat(second).isCompleted();
        assertThat(other).isNotDone();
    }

    @Test
    void release_ofACallBeyondItsShare_handsOverToAnybody() {
        limiter.limits("batch", RouteLimits.NONE.share(0.2));
        List<Long> running = acquireAll(batch);
        assertThat(running).hasSize(10);
        CompletableFuture<Permit> other = acquireAsync(search);
        CompletableFuture<Permit> own = acquireAsync(batch);
        release(batch, running, 1);
        runPool();
        assertThat(other).isCompleted();
        assertThat(own).isNotDone();
        release(batch, running, 1);
        runPool();
        assertThat(own).isCompleted();
    }

    @Test
    void share_isClaimedFromOthers_goesToWhoWaitsForIt() {
        List<Long> running = acquireAll(search);
        limiter.limits("batch", RouteLimits.NONE.share(0.2));
        CompletableFuture<Permit> other = acquireAsync(search);
        CompletableFuture<Permit> own = acquireAsync(batch);
        release(search, running, 1);
        runPool();
        assertThat(own).isCompleted();
        assertThat(other).isNotDone();
    }

    @Test
    void limits_thatKeepLess_handOverAtOnce() {
        limiter.limits("batch", RouteLimits.NONE.share(0.5));
        assertThat(acquireAll(search)).hasSize(5);
        CompletableFuture<Permit> other = acquireAsync(search);
        assertThat(other).isNotDone();
        limiter.limits("batch", RouteLimits.NONE.share(0.4));
        runPool();
        assertThat(other).isCompleted();
    }

    @Test
    void call_thatBecomesAStream_handsItsPlaceOver() {
        List<Long> running = acquireAll(search);
        CompletableFuture<Permit> other = acquireAsync(batch);
        long stream = limiter.stream(running.remove(0), search);
        runPool();
        assertThat(other).isCompleted();
        assertThat(limiter.inFlight()).isEqualTo(10);
        CompletableFuture<Permit> next = acquireAsync(batch);
        limiter.release(stream, search, Outcome.SUCCESS);
        runPool();
        assertThat(next).isNotDone();
        other.join().close();
        runPool();
        assertThat(next).isCompleted();
    }

    @Test
    void refuseAll_refusesWhoWaitsForAShare() {
        limiter.limits("batch", RouteLimits.NONE.share(0.2));
        List<Long> running = acquireAll(search);
        List<Long> own = acquireAll(batch);
        CompletableFuture<Permit> waits = acquireAsync(batch);
        List<String> idle = new ArrayList<>();
        limiter.refuseAll(() -> idle.add("idle"));
        runPool();
        assertThat(refusal(waits)).isEqualTo(RejectionReason.DRAINING);
        release(search, running, running.size());
        release(batch, own, own.size());
        assertThat(idle).hasSize(1);
    }

    @Test
    void deadline_hasPassed_nobodyBeginsToWait() {
        acquireAll(search);
        assertThat(refusal(acquireAsync(search, CallContext.NONE.timeout(Duration.ZERO, ticker))))
                .isEqualTo(RejectionReason.DEADLINE);
        assertThat(limiter.waiting().refused()).isZero();
        assertThat(limiter.stats(search).shed()).isEqualTo(1);
    }

    @Test
    void deadline_comesBeforeTheLongestWait_endsIt() {
        acquireAll(search);
        CompletableFuture<Permit> hasTime = acquireAsync(search);
        CompletableFuture<Permit> hasNone =
                acquireAsync(search, CallContext.NONE.timeout(Duration.ofMillis(150), ticker));
        beat();
        assertThat(hasNone).isNotDone();
        beat();
        assertThat(refusal(hasNone)).isEqualTo(RejectionReason.QUEUE);
        assertThat(hasTime).isNotDone();
    }

    /** A quarter of what the route takes, as for calls that do not wait: what is begun later nobody waits for. */
    @Test
    void deadline_leavesTimeForTheCallItself() {
        search.baselineNanos(Duration.ofMillis(400).toNanos());
        acquireAll(search);
        CompletableFuture<Permit> waits =
                acquireAsync(search, CallContext.NONE.timeout(Duration.ofMillis(290), ticker));
        beat();
        assertThat(waits).isNotDone();
        beat();
        assertThat(refusal(waits)).isEqualTo(RejectionReason.QUEUE);
    }

    @Test
    void share_comesBeforeTheThreshold() {
        limiter.limits("batch", RouteLimits.NONE.share(0.2));
        List<RejectionReason> refused = new ArrayList<>();
        Deque<Long> running = new ArrayDeque<>();
        for (int i = 0; i < 3_000; i++) {
            ticker.advance(Duration.ofMillis(1));
            if (i % 100 == 99) {
                limiter.beat();
            }
            if (i % 2 == 0 && !running.isEmpty()) {
                limiter.release(running.remove(), search, Outcome.SUCCESS);
            }
            RejectionReason reason = admit(running, search, i % 4 == 0 ? Criticality.CRITICAL : Criticality.SHEDDABLE);
            if (reason != null) {
                refused.add(reason);
            }
        }
        assertThat(refused).contains(RejectionReason.PRIORITY);
        while (admit(running, search, Criticality.CRITICAL_PLUS) == null) {
            assertThat(running).hasSizeLessThanOrEqualTo(8);
        }
        limiter.release(running.remove(), search, Outcome.SUCCESS);
        CriticalityStats before = limiter.statsByCriticality().get(Criticality.SHEDDABLE);
        assertThat(admit(running, search, Criticality.SHEDDABLE)).isEqualTo(RejectionReason.PRIORITY);
        Deque<Long> own = new ArrayDeque<>();
        assertThat(admit(own, batch, Criticality.SHEDDABLE)).isNull();
        assertThat(admit(own, batch, Criticality.SHEDDABLE)).isNull();
        assertThat(admit(own, batch, Criticality.SHEDDABLE)).isEqualTo(RejectionReason.PRIORITY);
        CriticalityStats after = limiter.statsByCriticality().get(Criticality.SHEDDABLE);
        assertThat(after.arrived() - before.arrived()).isEqualTo(4);
        assertThat(after.shed() - before.shed()).isEqualTo(2);
    }

    @Test
    void threshold_refusesWhoWouldWaitInVain() {
        share_comesBeforeTheThreshold();
        CompletableFuture<Permit> low = acquireAsync(search, CallContext.of(Criticality.SHEDDABLE));
        assertThat(refusal(low)).isEqualTo(RejectionReason.PRIORITY);
        acquireAll(search);
        assertThat(acquireAsync(search, CallContext.of(Criticality.CRITICAL_PLUS)))
                .isNotDone();
    }

    private RejectionReason admit(Deque<Long> running, Route route, Criticality criticality) {
        try {
            running.add(limiter.acquireTicket(route, CallContext.of(criticality)));
            return null;
        } catch (RejectedException e) {
            return e.rejection().reason();
        }
    }

    private List<Long> acquireAll(Route route) {
        List<Long> tickets = new ArrayList<>();
        for (long ticket; (ticket = limiter.tryAcquireTicket(route)) != ConcurrencyLimiter.REFUSED; ) {
            tickets.add(ticket);
        }
        return tickets;
    }

    private void release(Route route, List<Long> tickets, int count) {
        for (int i = 0; i < count; i++) {
            limiter.release(tickets.remove(0), route, Outcome.SUCCESS);
        }
    }

    private CompletableFuture<Permit> acquireAsync(Route route) {
        return acquireAsync(route, CallContext.NONE);
    }

    private CompletableFuture<Permit> acquireAsync(Route route, CallContext context) {
        return limiter.acquireAsync(route, context, LONG).toCompletableFuture();
    }

    private void beat() {
        ticker.advance(BEAT);
        limiter.beat();
        runPool();
    }

    private void runPool() {
        while (!pool.isEmpty()) {
            pool.remove().run();
        }
    }

    private static RejectionReason refusal(CompletableFuture<Permit> stage) {
        assertThat(stage).isDone();
        try {
            throw new AssertionError("admitted: " + stage.join());
        } catch (CompletionException e) {
            return ((RejectedException) e.getCause()).rejection().reason();
        }
    }

    /** Without timers: only beats end what waits in vain; what waited is completed when the test says so. */
    private ConcurrencyLimiter limiter() {
        ConcurrencyLimiter.Builder builder = ConcurrencyLimiter.builder("combined")
                .algorithm(() -> FixedLimit.of(10))
                .ticker(ticker);
        builder.background = new Waiting.Background() {
            @Override
            public void execute(Runnable task) {
                pool.add(task);
            }

            @Override
            public Runnable schedule(Runnable task, long nanos) {
                return () -> {};
            }
        };
        return builder.build();
    }
}
