/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.loadline.limit.CallContext;
import io.loadline.limit.RequestTiming;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One call after the other, in virtual time. */
@Timeout(20)
class DependencyGuardTest {
    private final ManualTicker ticker = new ManualTicker();
    private final DependencyGuard guard = guard(builder -> builder);

    @Test
    void call_returnsWhatTheActionReturns_andCounts() throws Exception {
        String result = guard.call(() -> {
            ticker.advance(Duration.ofMillis(40));
            return "answer";
        });

        assertThat(result).isEqualTo("answer");
        DependencyStats stats = guard.stats();
        assertThat(stats.succeeded()).isEqualTo(1);
        assertThat(stats.ended()).isEqualTo(1);
        assertThat(stats.calls()).isEqualTo(1);
        assertThat(stats.inFlight()).isZero();
        assertThat(stats.waited()).isEqualTo(Duration.ofMillis(40));
        assertThat(stats.mean()).isEqualTo(Duration.ofMillis(40));
        assertThat(stats.p99()).isBetween(Duration.ofMillis(40), Duration.ofMillis(45));
    }

    @Test
    void call_thatThrows_throwsTheSame_andGivesItsPlaceBack() {
        DependencyGuard one = guard(builder -> builder.concurrency(1));
        for (Throwable thrown :
                new Throwable[] {new IOException("a"), new IllegalStateException("b"), new StackOverflowError()}) {
            assertThatExceptionOfType(thrown.getClass()).isThrownBy(() -> one.call(throwing(thrown)));
        }

        assertThat(one.stats().failed()).isEqualTo(2);
        assertThat(one.stats().cancelled()).isEqualTo(1);
        assertThat(one.stats().inFlight()).isZero();
        assertThat(one.tryAcquire()).isNotNull();
    }

    @Test
    void outcomes_areWhatTheyAre() {
        end(guard, new TimeoutException());
        end(guard, new GuardTimeoutException("further in", Duration.ofSeconds(1)));
        end(guard, new InterruptedException());
        end(guard, new CancellationException());
        end(guard, new IOException());

        assertThat(guard.stats().timedOut()).isEqualTo(2);
        assertThat(guard.stats().cancelled()).isEqualTo(2);
        assertThat(guard.stats().failed()).isEqualTo(1);
    }

    @Test
    void outcomeOf_isAFunction_andMayFail() throws Exception {
        DependencyGuard own = guard(builder -> builder.outcomeOf(failure -> {
                    if (failure instanceof IllegalStateException) {
                        throw new StackOverflowError();
                    }
                    return failure instanceof IOException ? GuardOutcome.SUCCESS : null;
                })
                .outcomeOfResult(result -> {
                    if (result == null) {
                        throw new IllegalStateException("null");
                    }
                    return result.equals("no") ? GuardOutcome.FAILURE : null;
                }));
        end(own, new IOException());
        end(own, new IllegalStateException());
        end(own, new IllegalArgumentException());
        own.call(() -> "no");
        own.call(() -> "yes");
        own.call(() -> null);

        assertThat(own.stats().succeeded()).isEqualTo(2);
        assertThat(own.stats().failed()).isEqualTo(3);
        assertThat(own.stats().cancelled()).isEqualTo(1);
        assertThat(own.stats().inFlight()).isZero();
    }

    @Test
    void acquire_withAllPlacesTaken_refuses() {
        DependencyGuard one = guard(builder -> builder.concurrency(1));
        GuardPermit permit = one.acquire();

        GuardRefusedException refused = catchThrowableOfType(GuardRefusedException.class, one::acquire);
        assertThat(refused.reason()).isEqualTo(GuardRefusal.BULKHEAD_FULL);
        assertThat(refused.dependency()).isEqualTo("inventory");
        assertThat(refused.getStackTrace()).isEmpty();
        assertThat(refused).hasMessage("Call to 'inventory' refused: bulkhead_full");
        assertThat(one.tryAcquire()).isNull();
        assertThat(one.stats().refused()).containsEntry(GuardRefusal.BULKHEAD_FULL, 2L);
        permit.success();
        assertThat(one.tryAcquire()).isNotNull();
    }

    @Test
    void permit_endsOnce() {
        GuardPermit permit = guard.acquire();
        assertThat(permit.isEnded()).isFalse();
        assertThat(permit.success()).isTrue();
        assertThat(permit.end(GuardOutcome.FAILURE)).isFalse();
        assertThat(permit.failure(new IOException())).isFalse();
        assertThat(permit.result("x")).isFalse();
        permit.close();

        assertThat(permit.isEnded()).isTrue();
        assertThat(guard.stats().succeeded()).isEqualTo(1);
        assertThat(guard.stats().ended()).isEqualTo(1);
    }

    @Test
    void permit_closedWithoutOutcome_isCancelled() {
        try (GuardPermit permit = guard.acquire()) {
            assertThat(permit.timeLimit()).isEqualTo(Duration.ofSeconds(5));
        }
        assertThat(guard.stats().cancelled()).isEqualTo(1);
    }

    @Test
    void acquire_withADeadline_hasTheLesserTime() {
        CallContext context = CallContext.NONE.timeout(Duration.ofSeconds(2), ticker);
        GuardPermit permit = guard.acquire(context);
        assertThat(permit.timeLimit()).isEqualTo(Duration.ofSeconds(2));
        ticker.advance(Duration.ofMillis(500));
        assertThat(permit.remaining()).isEqualTo(Duration.ofMillis(1_500));
        ticker.advance(Duration.ofSeconds(3));
        assertThat(permit.remaining()).isZero();

        GuardRefusedException refused = catchThrowableOfType(GuardRefusedException.class, () -> guard.acquire(context));
        assertThat(refused.reason()).isEqualTo(GuardRefusal.DEADLINE);
        assertThat(guard.acquire(CallContext.NONE.timeout(Duration.ofDays(1), ticker))
                        .timeLimit())
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void calls_haveTheTimeOfTheirOwnBeginning() {
        GuardPermit first = guard.acquire();
        GuardPermit hurried = guard.acquire(CallContext.NONE.timeout(Duration.ofMillis(200), ticker));
        GuardPermit second = guard.acquire();
        guard.timeLimit(Duration.ofSeconds(1));
        GuardPermit third = guard.acquire();

        assertThat(first.timeLimit()).isEqualTo(Duration.ofSeconds(5)).isEqualTo(second.timeLimit());
        assertThat(hurried.timeLimit()).isEqualTo(Duration.ofMillis(200));
        assertThat(third.timeLimit()).isEqualTo(Duration.ofSeconds(1));
        ticker.advance(Duration.ofMillis(1_500));
        assertThat(third.success()).isTrue();
        assertThat(first.success()).isTrue();
        assertThat(second.success()).isTrue();
        assertThat(guard.stats().timedOut()).isEqualTo(1);
        assertThat(guard.stats().succeeded()).isEqualTo(2);
    }

    @Test
    void calls_manyMoreThanTheGuardWasBuiltFor_areEachFoundAndForgotten() {
        DependencyGuard small = guard(builder -> builder.concurrency(1));
        small.concurrency(300);
        Deque<GuardPermit> permits = new ArrayDeque<>();
        for (int i = 1; i <= 300; i++) {
            permits.add(small.acquire());
            assertThat(small.stats().inFlight()).isEqualTo(i);
        }
        assertThat(small.tryAcquire()).isNull();

        while (!permits.isEmpty()) {
            // From both ends: those in the oldest slots and in the latest.
            permits.removeFirst().success();
            permits.removeLast().success();
            assertThat(small.stats().inFlight()).isEqualTo(permits.size());
        }
        assertThat(small.stats().succeeded()).isEqualTo(300);
        assertThat(small.tryAcquire()).isNotNull();
    }

    @Test
    void call_longerThanItsLimit_hasTimedOut_whateverComesOfIt() throws Exception {
        String result = guard.call(() -> {
            ticker.advance(Duration.ofSeconds(6));
            return "late";
        });

        assertThat(result).isEqualTo("late");
        assertThat(guard.stats().timedOut()).isEqualTo(1);
        assertThat(guard.stats().slow()).isEqualTo(1);
        assertThat(guard.stats().succeeded()).isZero();
    }

    @Test
    void callsOfClientsInAHurry_thatTimeOut_sayNothingOfTheDependency() {
        for (int i = 0; i < 100; i++) {
            GuardPermit permit = guard.acquire(CallContext.NONE.timeout(Duration.ofMillis(5), ticker));
            ticker.advance(Duration.ofMillis(6));
            guard.beat();
            permit.end(GuardOutcome.TIMED_OUT);
        }

        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
        assertThat(guard.stats().cancelled()).isEqualTo(100);
        assertThat(guard.stats().ended()).isEqualTo(100);
        assertThat(guard.stats().timedOut()).isZero();
    }

    @Test
    void callsWithADeadline_thatHadWhatOthersNeed_countAgainstTheDependency() throws Exception {
        for (int i = 0; i < 200; i++) {
            guard.call(() -> {
                ticker.advance(Duration.ofMillis(100));
                return "";
            });
            guard.beat();
        }
        for (int i = 0; i < 200 && guard.state() == GuardState.CLOSED; i++) {
            GuardPermit permit = guard.acquire(CallContext.NONE.timeout(Duration.ofMillis(300), ticker));
            ticker.advance(Duration.ofMillis(301));
            permit.end(GuardOutcome.TIMED_OUT);
        }

        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
    }

    @Test
    void timing_takesDownTheTime_andThatADependencyFailed() throws Exception {
        RequestTiming timing = RequestTiming.begin(ticker.read());
        CallContext context = CallContext.NONE.timing(timing);
        GuardPermit first = guard.acquire(context);
        ticker.advance(Duration.ofMillis(30));
        GuardPermit second = guard.acquire(context);
        ticker.advance(Duration.ofMillis(30));
        first.success();
        second.success();
        ticker.advance(Duration.ofMillis(30));

        assertThat(timing.waitedNanos(ticker.read()))
                .isEqualTo(Duration.ofMillis(60).toNanos());
        assertThat(timing.hasDownstreamFailed()).isFalse();
        guard.acquire(context).end(GuardOutcome.FAILURE);
        assertThat(timing.hasDownstreamFailed()).isTrue();
    }

    @Test
    void timing_ofARefusedCall_knowsIt() {
        DependencyGuard one = guard(builder -> builder.concurrency(1));
        GuardPermit running = one.acquire();
        RequestTiming timing = RequestTiming.begin(ticker.read());
        assertThat(one.tryAcquire(CallContext.NONE.timing(timing))).isNull();
        ticker.advance(Duration.ofMillis(10));
        running.close();

        assertThat(timing.hasDownstreamFailed()).isTrue();
        assertThat(timing.waitedNanos(ticker.read())).isZero();
    }

    @Test
    void timing_thatFails_isNoneOfTheCallsBusiness() {
        RequestTiming broken = new BrokenTiming();
        for (int i = 0; i < 20; i++) {
            guard.acquire(CallContext.NONE.timing(broken)).end(GuardOutcome.FAILURE);
        }
        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
        assertThat(guard.tryAcquire(CallContext.NONE.timing(broken))).isNull();
        assertThat(guard.stats().inFlight()).isZero();

        DependencyGuard late = guard(builder -> builder.timeLimit(Duration.ofMillis(50)));
        GuardPermit first = late.acquire(CallContext.NONE.timing(broken));
        GuardPermit second = late.acquire(CallContext.NONE.timing(broken));
        ticker.advance(Duration.ofMillis(60));
        late.beat();
        assertThat(late.stats().timedOut()).isEqualTo(2);
        first.close();
        second.close();
        assertThat(late.stats().ended()).isEqualTo(2);
    }

    @Test
    void failures_openTheBreaker_whichHalfOpensAndCloses() throws Exception {
        fail(guard, 20);
        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
        GuardRefusedException refused = catchThrowableOfType(GuardRefusedException.class, guard::acquire);
        assertThat(refused.reason()).isEqualTo(GuardRefusal.BREAKER_OPEN);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(500));
        assertThat(guard.isUsable()).isFalse();

        ticker.advance(Duration.ofMillis(501));
        assertThat(guard.isUsable()).isTrue();
        for (int i = 0; i < 3; i++) {
            guard.call(() -> "well");
        }
        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
    }

    @Test
    void breaker_thatOpensAgainAndAgain_staysOpenLonger_upToAMost() {
        fail(guard, 20);
        for (long millis : new long[] {500, 1_000, 2_000, 2_000}) {
            GuardRefusedException refused = catchThrowableOfType(GuardRefusedException.class, guard::acquire);
            assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(millis));
            ticker.advance(Duration.ofMillis(millis + 1));
            fail(guard, 3);
        }
    }

    @Test
    void slowCalls_openTheBreaker() throws Exception {
        for (int i = 0; i < 20; i++) {
            guard.call(() -> {
                ticker.advance(Duration.ofMillis(1_100));
                return "";
            });
        }
        assertThat(guard.state()).isEqualTo(GuardState.OPEN);
        assertThat(guard.stats().slow()).isEqualTo(20);
    }

    @Test
    void callLetThroughBefore_thatEndsAmongTheProbes_isNone() throws Exception {
        GuardPermit early = guard.acquire();
        GuardPermit another = guard.acquire();
        fail(guard, 20);
        ticker.advance(Duration.ofMillis(501));
        guard.call(() -> "probe");
        assertThat(guard.state()).isEqualTo(GuardState.HALF_OPEN);
        early.failure(new IOException());
        another.close();
        guard.call(() -> "probe");
        assertThat(guard.state()).isEqualTo(GuardState.HALF_OPEN);
        guard.call(() -> "probe");

        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
    }

    @Test
    void probe_thatSaysNothing_isMadeAgain() throws Exception {
        fail(guard, 20);
        ticker.advance(Duration.ofMillis(501));
        for (int i = 0; i < 10; i++) {
            guard.acquire().close();
        }
        for (int i = 0; i < 3; i++) {
            guard.call(() -> "probe");
        }
        assertThat(guard.state()).isEqualTo(GuardState.CLOSED);
    }

    @Test
    void knobs_moveWhileCallsRun() {
        GuardPermit permit = guard.acquire();
        guard.concurrency(1);
        guard.timeLimit(Duration.ofSeconds(1));
        assertThat(guard.tryAcquire()).isNull();
        permit.success();

        assertThat(guard.concurrency()).isEqualTo(1);
        assertThat(guard.acquire().timeLimit()).isEqualTo(Duration.ofSeconds(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.concurrency(0))
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.timeLimit(Duration.ZERO))
                .withMessageContaining("PT0S");
    }

    @Test
    void builder_refusesNonsense_andShowsIt() {
        DependencyGuard.Builder builder = DependencyGuard.builder("x");
        assertThatIllegalArgumentException().isThrownBy(() -> DependencyGuard.builder(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> DependencyGuard.builder("x".repeat(201)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.failureRate(1.5))
                .withMessageContaining("1.5");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.failureRate(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.slowCallRate(0))
                .withMessageContaining("0.0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.slowCall(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.window(10, 11))
                .withMessageContaining("11");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.probes(0)).withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.concurrency(0))
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.open(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessageContaining("PT1S");
    }

    /** Follows the wait and then fails at everything. */
    private static final class BrokenTiming implements RequestTiming {
        @Override
        public boolean waitBegins(long nowNanos) {
            return true;
        }

        @Override
        public void waitEnds(long nowNanos) {
            throw new IllegalStateException("waitEnds");
        }

        @Override
        public long waitedNanos(long nowNanos) {
            return 0;
        }

        @Override
        public void downstreamFailed() {
            throw new StackOverflowError();
        }

        @Override
        public boolean hasDownstreamFailed() {
            return false;
        }
    }

    private DependencyGuard guard(UnaryOperator<DependencyGuard.Builder> configure) {
        return configure
                .apply(DependencyGuard.builder("inventory")
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .random(() -> 0))
                .build();
    }

    private static void fail(DependencyGuard guard, int times) {
        for (int i = 0; i < times; i++) {
            end(guard, new IOException());
        }
    }

    private static void end(DependencyGuard guard, Throwable failure) {
        guard.acquire().failure(failure);
    }

    private static Callable<String> throwing(Throwable thrown) {
        return () -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        };
    }
}
