/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.loadline.LogCapture;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Circuit breakers of the user's, with the user's code in them. */
@Timeout(20)
class OwnCircuitBreakerTest {
    private final ManualTicker ticker = new ManualTicker();

    @Test
    void thresholds_besideABreakerThatThereIs_areToldToHaveNoEffect() {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        CircuitBreaker unused = registry.circuitBreaker("db");
        try (LogCapture log = LogCapture.of(DependencyGuard.class)) {
            DependencyGuard quiet = guard(
                    "db",
                    builder -> builder.circuitBreakerRegistry(registry)
                            .concurrency(3)
                            .timeLimit(Duration.ofSeconds(1)));
            DependencyGuard own = guard(
                    "other", builder -> builder.circuitBreakerRegistry(registry).slowCall(Duration.ofSeconds(2)));
            assertThat(List.of(quiet.name(), own.name())).containsExactly("db", "other");
            assertThat(log.warnings()).isEmpty();

            DependencyGuard told = guard(
                    "db", builder -> builder.circuitBreakerRegistry(registry).slowCall(Duration.ofSeconds(2)));

            assertThat(told.circuitBreaker()).isSameAs(registry.circuitBreaker("db"));
            assertThat(log.warnings()).singleElement().asString().contains("Guard db", "have no effect");
        }
    }

    @Test
    void registry_thatHasOneOfTheName_givesIt_withItsOwnThresholds() {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        CircuitBreaker theirs = registry.circuitBreaker(
                "db",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(4)
                        .minimumNumberOfCalls(4)
                        .waitDurationInOpenState(Duration.ofSeconds(7))
                        .ignoreExceptions(IllegalArgumentException.class)
                        .build());
        DependencyGuard guard = guard("db", builder -> builder.circuitBreakerRegistry(registry));
        assertThat(guard.circuitBreaker()).isSameAs(theirs);
        for (int i = 0; i < 10; i++) {
            guard.acquire().failure(new IllegalArgumentException());
        }
        assertThat(theirs.getMetrics().getNumberOfBufferedCalls()).isZero();
        for (int i = 0; i < 4; i++) {
            guard.acquire().failure(new IOException());
        }
        guard.beat();

        assertThat(theirs.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
        assertThat(guard.isUsable()).isFalse();
        ticker.advance(Duration.ofSeconds(7));
        assertThat(guard.isUsable()).isTrue();
    }

    @Test
    void registry_thatHasNone_getsOne() {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        DependencyGuard guard = guard("db", builder -> builder.circuitBreakerRegistry(registry));

        assertThat(registry.find("db")).contains(guard.circuitBreaker());
    }

    @Test
    void breaker_forcedOpenOrDisabled_isObeyed() {
        DependencyGuard guard = guard("db", builder -> builder);
        guard.circuitBreaker().transitionToForcedOpenState();
        assertThat(guard.tryAcquire()).isNull();
        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
        guard.circuitBreaker().transitionToDisabledState();
        for (int i = 0; i < 100; i++) {
            guard.acquire().failure(new IOException());
        }
        guard.beat();
        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
        assertThat(guard.tryAcquire()).isNotNull();
    }

    @Test
    void results_areLookedAtByTheirPredicate_whichMayThrow() throws Exception {
        CircuitBreaker theirs = CircuitBreaker.of(
                "db",
                CircuitBreakerConfig.custom()
                        .recordResult(result -> {
                            if (result.equals("boom")) {
                                throw new IllegalStateException("mine");
                            }
                            return result.equals("no");
                        })
                        .build());
        DependencyGuard guard = guard("db", builder -> builder.circuitBreaker(theirs));
        try (LogCapture log = LogCapture.of(GuardWatch.class)) {
            assertThat(guard.call(() -> "no")).isEqualTo("no");
            assertThat(guard.call(() -> "boom")).isEqualTo("boom");
            assertThat(guard.call(() -> "boom")).isEqualTo("boom");
            // What other tests' breakers have come to is told by threads of theirs, maybe now.
            assertThat(log.warnings())
                    .filteredOn(each -> each.contains("circuit breaker failed"))
                    .hasSize(1);
        }
        assertThat(theirs.getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void errorsOfTheirPredicate_costNeitherTheCallerItsFailure_norTheProbesTheirPlaces() {
        CircuitBreaker theirs = CircuitBreaker.of(
                "db",
                CircuitBreakerConfig.custom()
                        .permittedNumberOfCallsInHalfOpenState(2)
                        .recordException(failure -> {
                            throw new StackOverflowError();
                        })
                        .build());
        DependencyGuard guard = guard("db", builder -> builder.circuitBreaker(theirs));
        theirs.transitionToOpenState();
        theirs.transitionToHalfOpenState();
        for (int i = 0; i < 5; i++) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> guard.call(() -> {
                        throw new IOException();
                    }));
        }
        assertThat(guard.stats().failed()).isEqualTo(5);
        assertThat(guard.stats().inFlight()).isZero();
        guard.acquire().success();
        guard.acquire().success();

        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
    }

    @Test
    void recordsOfABeat_outliveOneThatFails() {
        AtomicInteger asked = new AtomicInteger();
        CircuitBreaker theirs = CircuitBreaker.of(
                "db",
                CircuitBreakerConfig.custom()
                        .recordException(failure -> {
                            if (asked.getAndIncrement() == 0) {
                                throw new StackOverflowError();
                            }
                            return true;
                        })
                        .build());
        DependencyGuard guard =
                guard("db", builder -> builder.circuitBreaker(theirs).timeLimit(Duration.ofMillis(50)));
        guard.acquire();
        guard.acquire();
        ticker.advance(Duration.ofMillis(60));
        guard.beat();

        assertThat(theirs.getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
    }

    @Test
    void waitOfTheirBreaker_thatThrows_doesNotSilenceTheListeners() {
        CircuitBreaker theirs = CircuitBreaker.of(
                "db",
                CircuitBreakerConfig.custom()
                        .waitIntervalFunctionInOpenState(attempt -> {
                            throw new IllegalStateException("mine");
                        })
                        .build());
        DependencyGuard guard = guard("db", builder -> builder.circuitBreaker(theirs));
        List<GuardState> told = new ArrayList<>();
        guard.listen(change -> told.add(change.to()));
        theirs.transitionToForcedOpenState();
        guard.beat();
        theirs.transitionToClosedState();
        guard.beat();

        assertThat(told).containsExactly(GuardState.OPEN, GuardState.CLOSED);
    }

    @Test
    void listenerOfTheirBreaker_thatBlocks_doesNotHoldUpTheBeat() throws Exception {
        ExecutorService pool = Executors.newCachedThreadPool();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try {
            DependencyGuard guard =
                    guard("db", builder -> builder.executor(pool).slowCall(Duration.ofMillis(100)));
            guard.circuitBreaker().getEventPublisher().onSuccess(event -> {
                blocked.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            guard.acquire();
            // Fewer than would open the breaker, which a thread of the pool might do at any time then.
            for (int i = 0; i < 12; i++) {
                ticker.advance(Duration.ofMillis(100));
                guard.beat();
                guard.acquire();
            }
            blocked.await();

            assertThat(guard.stats().slow()).isGreaterThan(10);
        } finally {
            over.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void overdueProbesOfWhichABlockedBreakerNeverHears_giveTheirPermissionsBack() throws Exception {
        ExecutorService pool = Executors.newCachedThreadPool();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        CircuitBreaker theirs = CircuitBreaker.of(
                "db",
                CircuitBreakerConfig.custom()
                        .permittedNumberOfCallsInHalfOpenState(1_101)
                        .build());
        theirs.getEventPublisher().onError(event -> {
            blocked.countDown();
            await(over);
        });
        try {
            DependencyGuard guard = guard(
                    "db",
                    builder -> builder.circuitBreaker(theirs)
                            .concurrency(3_000)
                            .executor(pool)
                            .timeLimit(Duration.ofMillis(50)));
            theirs.transitionToOpenState();
            theirs.transitionToHalfOpenState();
            guard.acquire();
            ticker.advance(Duration.ofMillis(60));
            guard.beat();
            blocked.await();
            for (int i = 0; i < 1_100; i++) {
                guard.acquire();
            }
            assertThat(guard.tryAcquire()).isNull();
            ticker.advance(Duration.ofMillis(60));
            guard.beat();

            for (int i = 0; i < 100; i++) {
                guard.acquire();
            }
            assertThat(guard.tryAcquire()).isNull();
        } finally {
            over.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void breaker_opens_thoughItsListenersOfCallsBlock() throws Exception {
        ExecutorService pool = Executors.newCachedThreadPool();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try {
            DependencyGuard guard =
                    guard("db", builder -> builder.executor(pool).concurrency(4).slowCall(Duration.ofMillis(100)));
            guard.circuitBreaker()
                    .getEventPublisher()
                    .onSuccess(event -> {
                        blocked.countDown();
                        await(over);
                    })
                    .onStateTransition(event -> opened.countDown());
            guard.acquire();
            ticker.advance(Duration.ofMillis(200));
            guard.beat();
            blocked.await();
            for (int i = 0; i < 3; i++) {
                guard.acquire();
            }
            ticker.advance(Duration.ofMillis(200));
            guard.beat();

            opened.await();
        } finally {
            over.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void openBreakerOfTheirs_isSeenAsSuch_thoughAListenerBlocks() throws Exception {
        ExecutorService pool = Executors.newCachedThreadPool();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try {
            CircuitBreaker theirs = CircuitBreaker.ofDefaults("db");
            DependencyGuard guard =
                    guard("db", builder -> builder.executor(pool).circuitBreaker(theirs));
            guard.listen(change -> {
                blocked.countDown();
                await(over);
            });
            theirs.transitionToOpenState();
            guard.beat();
            blocked.await();
            theirs.transitionToClosedState();
            guard.beat();
            ticker.advance(Duration.ofMinutes(2));
            theirs.transitionToOpenState();
            guard.beat();

            assertThat(guard.isUsable()).isFalse();
        } finally {
            over.countDown();
            pool.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "line\nbreak \u001b[31m",
                "\u00fcber/\u4f60\u597d?x=%20",
                "{}%s$1\\",
                "\"quoted\"",
                "a,b;c=d"
            })
    void name_withOddCharacters_works(String name) {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        DependencyGuard guard = guard(name, builder -> builder.circuitBreakerRegistry(registry));
        try (LogCapture log = LogCapture.of(GuardWatch.class)) {
            for (int i = 0; i < 20; i++) {
                guard.acquire().failure(new IOException());
            }
            guard.beat();
            assertThat(log.messages())
                    .hasSize(1)
                    .allSatisfy(message -> assertThat(message).doesNotContain("\n", "\u001b"));
        }
        GuardRefusedException refused =
                org.assertj.core.api.Assertions.catchThrowableOfType(GuardRefusedException.class, guard::acquire);
        assertThat(refused.getMessage()).doesNotContain("\n", "\u001b");
        assertThat(refused.dependency()).isEqualTo(name);
        assertThat(guard.stats().name()).isEqualTo(name);
        assertThat(registry.find(name)).isPresent();
        assertThat(List.of(guard.readinessCheck().build().name())).containsExactly(name);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private DependencyGuard guard(String name, UnaryOperator<DependencyGuard.Builder> configure) {
        return configure
                .apply(DependencyGuard.builder(name)
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .random(() -> 0))
                .build();
    }
}
