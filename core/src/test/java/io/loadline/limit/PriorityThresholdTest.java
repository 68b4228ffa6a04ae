/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is refused when not all can be served, by a service that ends one call each millisecond. */
class PriorityThresholdTest {
    private static final int LIMIT = 30;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final ScriptedLimit algorithm = new ScriptedLimit(LIMIT);
    private ConcurrencyLimiter limiter = limiter(Enforcement.ENFORCE);
    private final Deque<Long> running = new ArrayDeque<>();
    private int offered;

    @Test
    void overload_refusesTheLeastImportantOnly() {
        offer(2, Duration.ofSeconds(5), PriorityThresholdTest::ofFourClasses);
        Map<Criticality, CriticalityStats> before = limiter.statsByCriticality();
        offer(2, Duration.ofSeconds(5), PriorityThresholdTest::ofFourClasses);
        assertThat(shed(Criticality.CRITICAL_PLUS, before)).isLessThan(0.001);
        assertThat(shed(Criticality.CRITICAL, before)).isLessThan(0.15);
        assertThat(shed(Criticality.SHEDDABLE_PLUS, before)).isBetween(0.85, 1.0);
        assertThat(shed(Criticality.SHEDDABLE, before)).isGreaterThan(0.85);
        assertThat(limiter.statsByCriticality().keySet()).containsExactly(Criticality.values());
    }

    /** What comes free is taken: nothing is held back for those who do not come. */
    @Test
    void overload_usesTheWholeCapacity() {
        offer(3, Duration.ofSeconds(2), PriorityThresholdTest::ofFourClasses);
        long before = limiter.stats().completed();
        offer(3, Duration.ofSeconds(5), PriorityThresholdTest::ofFourClasses);
        assertThat(limiter.stats().completed() - before).isEqualTo(5_000);
    }

    @Test
    void afterTheFlood_everybodyIsAdmittedAtOnce() {
        offer(10, Duration.ofSeconds(5), PriorityThresholdTest::ofFourClasses);
        offer(0, Duration.ofMillis(20), PriorityThresholdTest::ofFourClasses);
        Map<Criticality, CriticalityStats> before = limiter.statsByCriticality();
        offer(0.9, SECOND, PriorityThresholdTest::ofFourClasses);
        for (Criticality each : Criticality.values()) {
            assertThat(shed(each, before)).as(each.name()).isZero();
        }
    }

    @Test
    void belowCapacity_nobodyIsRefused() {
        offer(0.9, Duration.ofSeconds(5), PriorityThresholdTest::ofFourClasses);
        assertThat(limiter.stats().shed()).isZero();
    }

    @Test
    void oneClassWithoutCohorts_isRefusedByTheLimitAlone() {
        limiter.route("used").criticality(Criticality.SHEDDABLE);
        Set<RejectionReason> reasons = offer(3, Duration.ofSeconds(5), i -> CallContext.NONE);
        assertThat(reasons).containsExactly(RejectionReason.LIMIT);
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL).shed())
                .isPositive();
    }

    @Test
    void criticalityNotInUse_isNotCounted() {
        offer(3, SECOND, i -> CallContext.NONE);
        assertThat(limiter.statsByCriticality()).isEmpty();
        assertThat(limiter.stats().shed()).isPositive();
    }

    /** At any time a user's calls are served or refused together, and in the end all users had their share. */
    @Test
    void cohortsOfOneClass_takeTurns() {
        int users = 1_000;
        int rounds = 128;
        List<Integer> order = new ArrayList<>(IntStream.range(0, users).boxed().toList());
        Random random = new Random(7);
        int[] served = new int[users];
        int[] last = new int[users];
        int changed = 0;
        for (int round = -16; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (int i = 0; i < users; i++) {
                if (i % 2 == 0) {
                    end();
                }
                if (i % 200 == 0) {
                    limiter.beat();
                }
                int user = order.get(i);
                int now = admit(CallContext.NONE.cohort("user-" + user)) == null ? 1 : 0;
                if (round >= 0) {
                    served[user] += now;
                    changed += now == last[user] ? 0 : 1;
                }
                last[user] = now;
                ticker.advanceNanos(500_000);
            }
        }
        // By chance alone half of the calls would have another fate than the one before.
        assertThat(changed).isLessThan(rounds * users / 5);
        IntSummaryStatistics each = Arrays.stream(served).summaryStatistics();
        assertThat(each.getAverage()).isCloseTo(rounds / 2.0, within(1.0));
        assertThat(each.getMin()).isGreaterThan(rounds * 35 / 100);
        assertThat(each.getMax()).isLessThan(rounds * 65 / 100);
    }

    @Test
    void shadow_countsAndRefusesNobody() {
        limiter = limiter(Enforcement.SHADOW);
        Set<RejectionReason> reasons = offer(2, Duration.ofSeconds(5), PriorityThresholdTest::ofFourClasses);
        assertThat(reasons).isEmpty();
        Map<Criticality, CriticalityStats> stats = limiter.statsByCriticality();
        assertThat(stats.get(Criticality.SHEDDABLE).shadowed())
                .isGreaterThan(stats.get(Criticality.CRITICAL_PLUS).shadowed());
        assertThat(stats.values()).allSatisfy(each -> assertThat(each.shed()).isZero());
        drainRunning();
        assertThat(stats.values().stream().mapToLong(CriticalityStats::shadowed).sum())
                .isEqualTo(limiter.stats().shadowed());
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void off_refusesNobody() {
        limiter = limiter(Enforcement.OFF);
        assertThat(offer(3, SECOND, PriorityThresholdTest::ofFourClasses)).isEmpty();
        assertThat(limiter.statsByCriticality().get(Criticality.SHEDDABLE).shadowed())
                .isZero();
    }

    @Test
    void stats_addUp() {
        offer(3, Duration.ofSeconds(2), PriorityThresholdTest::ofFourClasses);
        drainRunning();
        Map<Criticality, CriticalityStats> stats = limiter.statsByCriticality();
        assertThat(stats.values().stream().mapToLong(CriticalityStats::arrived).sum())
                .isEqualTo(offered);
        assertThat(stats.values().stream().mapToLong(CriticalityStats::shed).sum())
                .isEqualTo(limiter.stats().shed());
        assertThat(stats.values().stream().mapToLong(CriticalityStats::admitted).sum())
                .isEqualTo(limiter.stats().completed());
    }

    @Test
    void routesCriticality_countsWhereTheCallHasNone() {
        Route batch = limiter.route("batch").criticality(Criticality.SHEDDABLE_PLUS);
        assertThat(limiter.otherRoute().criticality()).isEqualTo(Criticality.CRITICAL);
        assertThat(limiter.tryAcquire(batch)).isNotNull();
        assertThat(limiter.tryAcquire(batch, CallContext.of(Criticality.CRITICAL_PLUS)))
                .isNotNull();
        assertThat(limiter.statsByCriticality().get(Criticality.SHEDDABLE_PLUS).arrived())
                .isOne();
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL_PLUS).arrived())
                .isOne();
        batch.criticality(Criticality.CRITICAL);
        assertThat(limiter.tryAcquire(batch)).isNotNull();
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL).arrived())
                .isOne();
    }

    @Test
    void deadlinePassed_isRefusedAndNoDemand() {
        CallContext late = CallContext.NONE.timeout(Duration.ofMillis(5), ticker);
        assertThat(admit(late)).isNull();
        ticker.advance(Duration.ofMillis(5));
        assertThat(admit(late)).isEqualTo(RejectionReason.DEADLINE);
        assertThat(limiter.tryAcquire(limiter.otherRoute(), late)).isNull();
        assertThat(limiter.stats().offered()).isZero();
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL).expired())
                .isEqualTo(2);
        assertThat(limiter.stats(limiter.otherRoute()).expired()).isEqualTo(2);
        limiter.refuseAll(() -> {});
        assertThat(admit(late)).isEqualTo(RejectionReason.DRAINING);
    }

    @Test
    void deadlinePassed_inShadow_isCountedAndRuns() {
        limiter = limiter(Enforcement.SHADOW);
        CallContext late = CallContext.NONE.timeout(Duration.ZERO, ticker);
        assertThat(admit(late)).isNull();
        assertThat(limiter.statsByCriticality().get(Criticality.CRITICAL).expired())
                .isOne();
    }

    @Test
    void deadlinePassed_inShadow_isToldByRouteAndTakesNoPlace() {
        limiter = limiter(Enforcement.SHADOW);
        Route search = limiter.route("search");
        List<Permit> late = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            late.add(limiter.tryAcquire(search, CallContext.NONE.timeout(Duration.ZERO, ticker)));
        }
        assertThat(limiter.inFlight()).isEqualTo(LIMIT);
        assertThat(admit(CallContext.NONE)).isNull();
        late.forEach(Permit::success);
        drainRunning();
        assertThat(limiter.stats(search)).isEqualTo(new LimiterStats(LIMIT, 0, 0, 0, 0, 0, 0, 0, 0, LIMIT, 0));
        assertThat(limiter.stats(limiter.otherRoute()).shadowed()).isZero();
        CriticalityStats stats = limiter.statsByCriticality().get(Criticality.CRITICAL);
        assertThat(stats.expired()).isEqualTo(LIMIT);
        assertThat(stats.arrived()).isZero();
        assertThat(limiter.inFlight()).isZero();
    }

    /** If it were refused, a baseline that is too high would never be mended: refused calls have no latency. */
    @Test
    void deadlineFarBelowTheBaseline_isAdmitted() {
        limiter.otherRoute().baselineNanos(Duration.ofSeconds(10).toNanos());
        assertThat(admit(CallContext.NONE.timeout(Duration.ofMillis(1), ticker)))
                .isNull();
    }

    @Test
    void call_makesItsContextTheCurrentOne() throws Exception {
        CallContext context = CallContext.of(Criticality.SHEDDABLE).cohort("u");
        Route route = limiter.otherRoute();
        assertThat(limiter.<CallContext>call(route, context, CallContext::current))
                .isSameAs(context);
        CompletableFuture<CallContext> seen = limiter.<CallContext>callAsync(
                        route, context, () -> CompletableFuture.completedFuture(CallContext.current()))
                .toCompletableFuture();
        assertThat(seen.join()).isSameAs(context);
        assertThat(CallContext.current()).isSameAs(CallContext.NONE);
    }

    @ParameterizedTest
    @EnumSource(RejectionReason.class)
    void refusal_hasItsReasonWhicheverWayOneAsks(RejectionReason reason) {
        if (reason != RejectionReason.LIMIT
                && reason != RejectionReason.PRIORITY
                && reason != RejectionReason.DRAINING
                && reason != RejectionReason.DEADLINE) {
            return; // reasons of others
        }
        offer(3, Duration.ofSeconds(3), PriorityThresholdTest::ofFourClasses);
        int free = reason == RejectionReason.LIMIT ? 0 : 3;
        while (limiter.inFlight() > LIMIT - free) {
            end();
        }
        limiter.enforcement(Enforcement.OFF);
        while (limiter.inFlight() < LIMIT - free) {
            assertThat(admit(CallContext.NONE)).isNull();
        }
        limiter.enforcement(Enforcement.ENFORCE);
        CallContext context = CallContext.of(Criticality.SHEDDABLE);
        if (reason == RejectionReason.DEADLINE) {
            context = context.timeout(Duration.ZERO, ticker);
        } else if (reason == RejectionReason.DRAINING) {
            limiter.refuseAll(() -> {});
        }
        CallContext refused = context;
        Route route = limiter.otherRoute();
        assertThat(limiter.tryAcquire(route, refused)).isNull();
        assertThat(limiter.tryAcquireTicket(route, refused)).isEqualTo(ConcurrencyLimiter.REFUSED);
        assertThatThrownBy(() -> limiter.acquireTicket(route, refused)).isSameAs(RejectedException.of(reason));
        assertThatThrownBy(() -> limiter.call(route, refused, () -> "ran")).isSameAs(RejectedException.of(reason));
        assertThatThrownBy(() -> limiter.callAsync(route, refused, () -> CompletableFuture.completedFuture(""))
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCause(RejectedException.of(reason));
    }

    /** A queue takes whom there will be room for, or everybody would wait and nobody be preferred. */
    @Test
    void waiting_isForThoseWhoFit() {
        AdmissionWord word = new AdmissionWord(4);
        PriorityThreshold threshold = new PriorityThreshold(word, 0);
        for (int i = 0; i < 400; i++) {
            CallContext context = CallContext.of(i % 2 == 0 ? Criticality.CRITICAL : Criticality.SHEDDABLE);
            ArrivalCounts counted = threshold.counting(limiter.otherRoute(), context);
            assertThat(threshold.judge(counted, limiter.otherRoute(), context, Enforcement.ENFORCE, false))
                    .isEqualTo(PriorityThreshold.PASSED);
            threshold.count(
                    counted,
                    limiter.otherRoute(),
                    context,
                    i % 2 == 0 ? AdmissionWord.ADMITTED : AdmissionWord.REFUSED_LIMIT);
        }
        threshold.beat(0);
        while (word.free() > 0) {
            assertThat(word.tryAcquire(Enforcement.ENFORCE)).isNotNegative();
        }
        CallContext low = CallContext.of(Criticality.SHEDDABLE);
        CallContext high = CallContext.of(Criticality.CRITICAL);
        assertThat(judge(threshold, low, true)).isEqualTo(PriorityThreshold.REFUSED_PRIORITY);
        assertThat(judge(threshold, high, true)).isEqualTo(PriorityThreshold.PASSED);
        assertThat(judge(threshold, low, false)).isEqualTo(PriorityThreshold.PASSED);
    }

    private int judge(PriorityThreshold threshold, CallContext context, boolean waits) {
        Route route = limiter.otherRoute();
        return threshold.judge(threshold.counting(route, context), route, context, Enforcement.ENFORCE, waits);
    }

    private static CallContext ofFourClasses(int i) {
        return CallContext.of(
                switch (i % 10) {
                    case 0 -> Criticality.CRITICAL_PLUS;
                    case 1, 2, 3, 4 -> Criticality.CRITICAL;
                    case 5, 6 -> Criticality.SHEDDABLE_PLUS;
                    default -> Criticality.SHEDDABLE;
                });
    }

    /** So many calls a millisecond, of which one ends; returns why calls were refused. */
    private Set<RejectionReason> offer(double perMillisecond, Duration duration, IntFunction<CallContext> context) {
        Set<RejectionReason> reasons = new HashSet<>();
        double due = 0;
        for (int millis = 0; millis < duration.toMillis(); millis++) {
            ticker.advanceNanos(1_000_000);
            if (millis % 100 == 99) {
                limiter.beat();
            }
            end();
            for (due += perMillisecond; due >= 1; due--) {
                RejectionReason reason = admit(context.apply(offered));
                if (reason != null) {
                    reasons.add(reason);
                }
                offered++;
            }
        }
        return reasons;
    }

    private RejectionReason admit(CallContext context) {
        try {
            running.add(limiter.acquireTicket(limiter.otherRoute(), context));
            return null;
        } catch (RejectedException e) {
            return e.rejection().reason();
        }
    }

    private void end() {
        Long ticket = running.poll();
        if (ticket != null) {
            limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS);
        }
    }

    private void drainRunning() {
        while (!running.isEmpty()) {
            end();
        }
    }

    private double shed(Criticality criticality, Map<Criticality, CriticalityStats> before) {
        CriticalityStats then = before.getOrDefault(criticality, CriticalityStats.ZERO);
        CriticalityStats now = limiter.statsByCriticality().get(criticality);
        return (double) (now.shed() - then.shed()) / (now.arrived() - then.arrived());
    }

    private ConcurrencyLimiter limiter(Enforcement enforcement) {
        return ConcurrencyLimiter.builder("prioritized")
                .algorithm(() -> algorithm)
                .enforcement(enforcement)
                .ticker(ticker)
                .build();
    }
}
