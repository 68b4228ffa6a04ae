/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.limit.CallContext;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DependencyGuardsTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final AtomicInteger limit = new AtomicInteger(40);
    private final AtomicBoolean limitFails = new AtomicBoolean();
    private final AtomicInteger requests = new AtomicInteger();
    private final DependencyGuards guards = DependencyGuards.builder(heartbeat)
            .limit(this::limit)
            .inFlight(requests::get)
            .defaults(builder -> builder.executor(Runnable::run).timeLimit(Duration.ofSeconds(3)))
            .build();

    @Test
    void guard_ofAName_isAlwaysTheSame_withItsFirstSettings() {
        DependencyGuard inventory = guards.guard("inventory", builder -> builder.concurrency(7));

        assertThat(guards.guard("inventory")).isSameAs(inventory);
        assertThat(inventory.concurrency()).isEqualTo(7);
        assertThat(inventory.timeLimit()).isEqualTo(Duration.ofSeconds(3));
        assertThat(guards.guards()).containsExactly(inventory);
        assertThat(guards.stats()).extracting(DependencyStats::name).containsExactly("inventory");
    }

    @Test
    void listener_isToldOfRefusalsAndChanges_whateverItThrows() {
        List<String> told = new ArrayList<>();
        DependencyGuards listened = DependencyGuards.builder(heartbeat)
                .defaults(builder -> builder.executor(Runnable::run).ticker(ticker))
                .listener(new GuardListener() {
                    @Override
                    public void refused(String dependency, GuardRefusal reason) {
                        told.add(dependency + " " + reason.tag());
                        throw new NoClassDefFoundError("on purpose");
                    }

                    @Override
                    public void changed(GuardStateChange change) {
                        told.add(change.dependency() + " " + change.to().tag());
                        throw new IllegalStateException("on purpose");
                    }
                })
                .build();
        DependencyGuard inventory = listened.guard("inventory", builder -> builder.concurrency(1));
        try (LogCapture log = LogCapture.of(GuardWatch.class)) {
            CallContext late = CallContext.NONE.timeout(Duration.ZERO, ticker);
            assertThat(inventory.tryAcquire(late)).isNull();
            GuardPermit only = inventory.acquire();
            assertThat(inventory.callAsync(CompletableFuture::new)).isCompletedExceptionally();
            only.success();
            inventory.circuitBreaker().transitionToOpenState();
            inventory.beat();
            assertThatExceptionOfType(GuardRefusedException.class).isThrownBy(() -> inventory.call(() -> "never"));

            assertThat(told)
                    .containsExactly(
                            "inventory deadline",
                            "inventory bulkhead_full",
                            "inventory open",
                            "inventory breaker_open");
            assertThat(log.warnings())
                    .contains("Dependency 'inventory': a listener to its refusals failed; this is logged once");
        }
    }

    @Test
    void guards_ofNamesWithoutEnd_areOne() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(guards.guard("host-" + i)).isNotNull();
        }
        assertThat(guards.guards()).hasSize(DependencyGuards.MOST + 1);
        assertThat(guards.guard("host-9999").name()).isEqualTo("other");
        assertThat(guards.guard("host-0").name()).isEqualTo("host-0");
    }

    @Test
    void configurationThatBlocksOrAsksForGuards_holdsUpNobody() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<DependencyGuard> slow = new CompletableFuture<>();
        Thread thread = new Thread(() -> slow.complete(guards.guard("slow", builder -> {
            inside.countDown();
            await(over);
            builder.concurrency(7);
        })));
        thread.start();
        inside.await();
        DependencyGuard fast = guards.guard("fast", builder -> guards.guard("inner"));
        DependencyGuard first = guards.guard("slow");
        over.countDown();

        assertThat(slow.get()).isSameAs(first);
        assertThat(first.concurrency()).isEqualTo(20);
        assertThat(guards.guards()).containsExactly(guards.guard("inner"), fast, first);
    }

    @Test
    void beat_thatFails_doesNotStopThoseOfOthers() {
        AtomicBoolean broken = new AtomicBoolean();
        guards.guard(
                "a",
                builder -> builder.ticker(() -> {
                    if (broken.get()) {
                        throw new IllegalStateException("mine");
                    }
                    return ticker.read();
                }));
        DependencyGuard other = guards.guard("b");
        other.acquire();
        broken.set(true);
        for (int i = 0; i < 20; i++) {
            beat();
        }

        assertThat(other.stats().slow()).isEqualTo(1);
    }

    @Test
    void beat_goesOn_thoughTheServiceCannotTellItsLimit() {
        DependencyGuard guard = guards.guard("a", builder -> builder.slowCall(Duration.ofMillis(50)));
        guard.acquire();
        limitFails.set(true);
        beat();

        assertThat(guard.stats().slow()).isEqualTo(1);
    }

    @Test
    void concurrency_thatNobodySet_isHalfOfTheLimit() {
        DependencyGuard followed = guards.guard("followed");
        DependencyGuard own = guards.guard("own", builder -> builder.concurrency(30));
        assertThat(followed.concurrency()).isEqualTo(20);
        limit.set(100);
        beat();
        assertThat(followed.concurrency()).isEqualTo(50);
        limit.set(2);
        beat();
        assertThat(followed.concurrency()).isEqualTo(4);
        limit.set(-1);
        beat();

        assertThat(followed.concurrency()).isEqualTo(4);
        assertThat(own.concurrency()).isEqualTo(30);
    }

    @Test
    void waitedFor_isWhereRequestsSpendTheirTime() {
        DependencyGuard slow = guards.guard("slow");
        DependencyGuard fast = guards.guard("fast");
        requests.set(20);
        List<GuardPermit> permits = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            permits.add(slow.acquire());
        }
        permits.add(fast.acquire());
        assertThat(guards.waitedFor()).isEmpty();
        for (int i = 0; i < 9; i++) {
            beat();
        }
        assertThat(slow.stats().share()).isEqualTo(0.49, within(0.02));
        beat();

        assertThat(guards.waitedFor()).contains("slow");
        assertThat(guards.cutOff()).isEmpty();
        for (int i = 0; i < 50; i++) {
            beat();
        }
        assertThat(fast.stats().share()).isEqualTo(0.05, within(0.01));
        assertThat(slow.state()).isEqualTo(GuardState.OPEN);
        assertThat(guards.waitedFor()).contains("slow");
        permits.forEach(GuardPermit::success);
    }

    @Test
    void cutOff_whoseCallsFail_isNamed_thoughNoTimeIsSpentThere() {
        DependencyGuard down = guards.guard("down");
        for (int i = 0; i < 20; i++) {
            down.acquire().failure(new IOException());
        }
        beat();

        assertThat(guards.cutOff()).contains("down");
        assertThat(guards.waitedFor()).isEmpty();
        ticker.advance(Duration.ofHours(1));
        assertThat(down.state()).isEqualTo(GuardState.OPEN);
        assertThat(guards.cutOff()).isEmpty();
    }

    @Test
    void share_withoutRequests_isUnknownOrNone() {
        DependencyGuard guard = guards.guard("a");
        assertThat(guard.stats().share()).isNaN();
        beat();
        assertThat(guard.stats().share()).isZero();
    }

    @Test
    void readiness_followsOnlyThoseThatWereToldSo() throws Exception {
        Availability availability = Availability.create(InstantSource.system());
        try (DependencyChecks checks = DependencyChecks.create(List.of(), availability, heartbeat);
                DependencyGuards told = DependencyGuards.builder(heartbeat)
                        .readiness(checks)
                        .defaults(builder -> builder.executor(Runnable::run))
                        .build()) {
            assertThat(told.guard("plain").feedsReadiness()).isFalse();
            assertThat(told.guard("vital", builder -> builder.feedsReadiness(true))
                            .feedsReadiness())
                    .isTrue();

            assertThat(checks.statuses()).extracting("name").containsExactly("vital");
            assertThat(checks.statuses()).extracting("effect").containsExactly(DependencyCheck.Effect.READINESS);
        }
    }

    @Test
    void close_endsTheBeats() {
        DependencyGuard guard = guards.guard("a");
        guard.acquire();
        guards.close();
        ticker.advance(Duration.ofSeconds(2));
        heartbeat.beat();

        assertThat(guard.stats().slow()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int limit() {
        if (limitFails.get()) {
            throw new StackOverflowError();
        }
        return limit.get();
    }

    private void beat() {
        ticker.advance(Heartbeat.PERIOD);
        heartbeat.beat();
    }
}
