/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams, sockets and long polls in a drain: told to go, and not waited for if they do not. */
@Timeout(20)
class LongLivedExchangesTest {
    private final DrainedService service = new DrainedService();

    @Test
    void announcement_tellsThemToGoAndTheLastEndsTheWait() throws Exception {
        CountDownLatch told = new CountDownLatch(2);
        Registration events = service.drain.longLived().open("GET /events", told::countDown);
        Registration poll = service.drain.longLived().open("GET /poll", told::countDown);
        assertThat(service.drain.progress().longLived()).isEqualTo(2);
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        told.await();
        events.close();
        events.close();
        assertThat(drained).isNotDone();
        poll.close();

        assertThat(drained.get().outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(drained.get().unfinished()).isEmpty();
    }

    @Test
    void exchangeThatStays_holdsTheDrainForTheFarewellOnlyAndIsReported() throws Exception {
        service.pass(Duration.ofSeconds(3));
        Registration stuck = service.drain.longLived().open("GET /events", () -> {});
        service.pass(Duration.ofSeconds(5));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        Duration took = service.beatUntil(drained);

        assertThat(took).isEqualTo(Duration.ofSeconds(2));
        DrainResult result = drained.get();
        assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(result.unfinished())
                .containsExactly(new UnfinishedCall("GET /events", Duration.ofSeconds(7), null, true));
        stuck.close();
        assertThat(service.phases).endsWith(DrainPhase.QUIESCING, DrainPhase.CLOSING);
    }

    @Test
    void farewell_ofZero_waitsForNobody() throws Exception {
        DrainedService hasty = new DrainedService(builder -> builder.farewell(Duration.ZERO));
        Registration stuck = hasty.drain.longLived().open("GET /events", () -> {});

        assertThat(hasty.drainAsync(Settling.SKIP).get().total()).isZero();
        stuck.close();
    }

    @Test
    void open_duringTheDrain_isToldAtOnce() throws Exception {
        service.drainAsync(Settling.WAIT);
        CountDownLatch told = new CountDownLatch(1);
        try (Registration late = service.drain.longLived().open("GET /events", told::countDown)) {
            told.await();
            assertThat(late).isNotNull();
        }
    }

    /** Each is told once, whether it comes before, during or after the announcement. */
    @Test
    void open_whileTheDrainBegins_isToldOnce() throws Exception {
        for (int round = 0; round < 50; round++) {
            DrainedService racing = new DrainedService();
            int threads = 4;
            CountDownLatch ready = new CountDownLatch(threads);
            CountDownLatch begun = new CountDownLatch(1);
            List<AtomicInteger> counts = new ArrayList<>();
            CountDownLatch told = new CountDownLatch(threads);
            List<Thread> openers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                AtomicInteger count = new AtomicInteger();
                counts.add(count);
                Thread opener = new Thread(() -> {
                    ready.countDown();
                    await(begun);
                    Registration unused = racing.drain.longLived().open("GET /events", () -> {
                        count.incrementAndGet();
                        told.countDown();
                    });
                });
                opener.start();
                openers.add(opener);
            }
            ready.await();
            begun.countDown();
            racing.drainAsync(Settling.WAIT);
            for (Thread opener : openers) {
                opener.join();
            }
            assertThat(told.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(counts).allMatch(count -> count.get() == 1);
            racing.drain.abort();
        }
    }

    /** Clients that do not read cost a thread each; more come at each beat. */
    @Test
    void farewell_thatBlocks_holdsUpNeitherTheDrainNorTheOthers() throws Exception {
        int stuck = 63;
        CountDownLatch few = new CountDownLatch(8);
        CountDownLatch all = new CountDownLatch(stuck);
        CountDownLatch released = new CountDownLatch(1);
        for (int i = 0; i < stuck; i++) {
            Registration unused = service.drain.longLived().open("GET /stuck", () -> {
                few.countDown();
                all.countDown();
                await(released);
            });
        }
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.SKIP);
        few.await();
        service.pass(Duration.ofMillis(400));
        all.await();
        CountDownLatch told = new CountDownLatch(20);
        List<Registration> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(service.drain.longLived().open("GET /events", told::countDown));
        }
        told.await();
        others.forEach(Registration::close);
        service.beatUntil(drained);

        assertThat(drained.get().total()).isEqualTo(Duration.ofSeconds(2));
        assertThat(drained.get().unfinished()).hasSize(20).allMatch(UnfinishedCall::longLived);
        released.countDown();
    }

    @Test
    void farewell_thatThrows_isLoggedAndTheOthersAreTold() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch logged = new CountDownLatch(1);
        try (LogCapture log = LogCapture.of(LongLivedExchanges.class, message -> logged.countDown())) {
            Registration bad = service.drain.longLived().open("GET /bad", () -> {
                throw new IllegalStateException("mine");
            });
            Registration good = service.drain.longLived().open("GET /good", told::countDown);
            service.drainAsync(Settling.SKIP);
            told.await();
            logged.await();
            assertThat(log.warnings()).singleElement().asString().contains("GET /bad could not be told to go");
            bad.close();
            good.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
