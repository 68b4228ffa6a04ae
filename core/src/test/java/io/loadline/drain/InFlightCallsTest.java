/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Outcome;
import io.loadline.limit.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is in flight, by route, age and thread. */
class InFlightCallsTest {
    private final DrainedService service = new DrainedService();
    private final InFlightCalls calls = service.drain.inFlightCalls();
    private final Route slow = service.limiter.route("GET /slow");

    @Test
    void drain_thatEndsWithCalls_tellsRouteAgeAndThread() {
        long first = service.limiter.tryAcquireTicket(slow);
        InFlightCall firstCall = calls.begin(slow, first);
        service.pass(Duration.ofSeconds(3));
        long second = service.limiter.tryAcquireTicket(service.limiter.otherRoute());
        InFlightCall secondCall = calls.beginUnbound(service.limiter.otherRoute(), second);
        try (LogCapture log = LogCapture.of(DrainCoordinator.class)) {
            CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
            service.beatUntil(drained);

            assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.REQUESTS_ACTIVE);
            assertThat(drained.join().unfinished())
                    .containsExactly(
                            new UnfinishedCall(
                                    "GET /slow",
                                    Duration.ofSeconds(28),
                                    Thread.currentThread().getName(),
                                    false),
                            new UnfinishedCall("other", Duration.ofSeconds(25), null, false));
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .endsWith("2 in flight, 0 refused; oldest: GET /slow in "
                            + Thread.currentThread().getName() + " for 28000 ms, other for 25000 ms");
        }
        firstCall.end();
        secondCall.end();
        service.limiter.release(first, slow, Outcome.SUCCESS);
        service.limiter.release(second, service.limiter.otherRoute(), Outcome.SUCCESS);
    }

    @Test
    void end_twice_forgetsOnce() {
        InFlightCall call = calls.begin(slow, 1);
        call.end();
        InFlightCall next = calls.begin(slow, 1);
        call.end();

        assertThat(calls.oldest(10)).hasSize(1);
        next.end();
        assertThat(calls.oldest(10)).isEmpty();
    }

    @Test
    void handOver_leavesNoThread() {
        InFlightCall call = calls.begin(slow, 1);
        call.handOver();

        assertThat(calls.oldest(1)).singleElement().matches(each -> each.thread() == null);
        call.end();
    }

    @Test
    void oldest_isBoundedAndSorted() {
        List<InFlightCall> begun = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            begun.add(calls.begin(slow, service.limiter.tryAcquireTicket(slow) | 1));
            service.beat();
        }

        assertThat(calls.oldest(20))
                .hasSize(20)
                .isSortedAccordingTo((a, b) -> b.age().compareTo(a.age()));
        begun.forEach(InFlightCall::end);
        assertThat(calls.oldest(20)).isEmpty();
    }

    /** More calls than there are places: those without one are missing in the report and nothing else. */
    @Test
    void begin_beyondAllPlaces_isHarmless() {
        List<InFlightCall> begun = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            begun.add(calls.begin(slow, 1));
        }

        assertThat(calls.oldest(10_000)).hasSizeBetween(3_000, 4_096);
        begun.forEach(InFlightCall::end);
        assertThat(calls.oldest(10)).isEmpty();
    }

    @Test
    void manyThreads_leaveNothingBehind() throws Exception {
        int threads = 4;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CountDownLatch started = new CountDownLatch(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(executor.submit(() -> {
                    started.countDown();
                    for (int round = 0; round < 20_000; round++) {
                        InFlightCall one = calls.begin(slow, 1);
                        InFlightCall two = calls.begin(slow, 1);
                        one.end();
                        two.end();
                        one.end();
                    }
                }));
            }
            started.await();
            calls.oldest(20);
            for (Future<?> each : all) {
                each.get(10, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(calls.oldest(20)).isEmpty();
    }

    @Test
    void age_isThatOfTheTicket() {
        long ticket = service.limiter.tryAcquireTicket(slow);
        assertThat(ticket).isNotEqualTo(ConcurrencyLimiter.REFUSED);
        service.ticker.advance(Duration.ofMillis(1_500));

        assertThat(service.limiter.age(ticket)).isBetween(Duration.ofMillis(1_500), Duration.ofMillis(1_600));
        service.limiter.release(ticket, slow, Outcome.SUCCESS);
    }
}
