/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guaranteed shares and caps, of a limiter of ten calls. */
class RouteLimitsTest {
    private static final Duration BEAT = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private final ScriptedLimit algorithm = new ScriptedLimit(10);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("tested")
            .algorithm(() -> algorithm)
            .ticker(ticker)
            .cpuUtilization(() -> Double.NaN)
            .build();
    private final Route checkout = limiter.route("checkout");
    private final Route search = limiter.route("search");

    @Test
    void share_isKeptForItsRoute_whoeverElseCalls() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.3));
        assertThat(acquireAll(search)).hasSize(7);
        assertThat(acquireAll(checkout)).hasSize(3);
        assertThat(limiter.inFlight()).isEqualTo(10);
        assertThat(limiter.limit()).isEqualTo(10);
    }

    @Test
    void share_isNoCap_whatOthersLeaveIsForAll() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.3));
        assertThat(acquireAll(checkout)).hasSize(10);
        assertThat(acquireAll(search)).isEmpty();
    }

    @Test
    void share_isRoundedDown() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.39));
        limiter.limits("search", RouteLimits.NONE.share(0.05));
        assertThat(acquireAll(limiter.route("third"))).hasSize(7);
        assertThat(RouteLimits.NONE.share(0.29).reservedOf(100)).isEqualTo(29);
    }

    @Test
    void release_givesACommonPlaceBack_asLongAsTheRouteHasOne() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.3));
        List<Long> tickets = acquireAll(checkout);
        // The first three were admitted on reserved places; with seven left, four are common.
        release(checkout, tickets, 3);
        assertThat(acquireAll(search)).hasSize(3);
        release(checkout, tickets, 7);
        assertThat(acquireAll(search)).hasSize(4);
        assertThat(acquireAll(checkout)).hasSize(3);
    }

    @Test
    void cap_refusesBeyondIt_andSaysSo() throws Exception {
        limiter.limits("checkout", RouteLimits.NONE.cap(2));
        List<Long> tickets = acquireAll(checkout);
        assertThat(tickets).hasSize(2);
        assertThat(limiter.rejectionReason(checkout)).isEqualTo(RejectionReason.ROUTE_CAP);
        assertThat(limiter.rejectionReason(search)).isEqualTo(RejectionReason.LIMIT);
        assertThatThrownBy(() -> limiter.call(checkout, () -> "served"))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        refused -> assertThat(refused.rejection().reason()).isEqualTo(RejectionReason.ROUTE_CAP));
        assertThat(limiter.stats(checkout)).isEqualTo(new LimiterStats(0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0));
        release(checkout, tickets, 1);
        assertThat(limiter.<String>call(checkout, () -> "served")).isEqualTo("served");
        assertThat(acquireAll(search)).hasSize(9);
    }

    @Test
    void capShare_movesWithTheLimit_andIsAtLeastOne() {
        limiter.limits("checkout", RouteLimits.NONE.capShare(0.45));
        assertThat(acquireAll(checkout)).hasSize(4);
        limitMovesTo(20);
        assertThat(acquireAll(checkout)).hasSize(5);
        assertThat(RouteLimits.NONE.capShare(0.1).capOf(3)).isEqualTo(1);
    }

    @Test
    void cap_holdsWhileTheLimitIsNotYetEnforced_butNotAsAPartOfIt() {
        algorithm.isWarm(false);
        ConcurrencyLimiter cold = ConcurrencyLimiter.builder("cold")
                .algorithm(() -> algorithm)
                .limits("checkout", RouteLimits.NONE.cap(12))
                .limits("search", RouteLimits.NONE.capShare(0.1))
                .ticker(ticker)
                .build();
        assertThat(acquire(cold, cold.route("checkout"), 20)).hasSize(12);
        assertThat(acquire(cold, cold.route("search"), 20)).hasSize(20);
    }

    @Test
    void group_sharesItsLimits() {
        ConcurrencyLimiter grouped = ConcurrencyLimiter.builder("grouped")
                .algorithm(() -> FixedLimit.of(10))
                .limits("money", RouteLimits.NONE.share(0.3).cap(5), "pay", "refund")
                .ticker(ticker)
                .build();
        assertThat(acquire(grouped, grouped.route("search"), 20)).hasSize(7);
        assertThat(acquire(grouped, grouped.route("pay"), 2)).hasSize(2);
        assertThat(acquire(grouped, grouped.route("refund"), 20)).hasSize(1);
        grouped.limits("money", RouteLimits.NONE.cap(3));
        assertThat(acquire(grouped, grouped.route("refund"), 1)).isEmpty();
        assertThat(grouped.rejectionReason(grouped.route("pay"))).isEqualTo(RejectionReason.ROUTE_CAP);
        assertThat(grouped.limits()).containsExactly(java.util.Map.entry("money", RouteLimits.NONE.cap(3)));
        assertThatThrownBy(() -> grouped.limits("pay", RouteLimits.NONE.cap(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pay");
    }

    @Test
    void limits_raisedWhileOthersRun_areKeptAsTheyEnd_andNeverMoreThanTheLimitRuns() {
        List<Long> others = acquireAll(search);
        limiter.limits("checkout", RouteLimits.NONE.share(0.3));
        assertThat(limiter.inFlight()).isEqualTo(10);
        assertThat(acquireAll(checkout)).isEmpty();
        release(search, others, 2);
        // What has become free is kept, although the other route asks first.
        assertThat(acquireAll(search)).isEmpty();
        assertThat(acquireAll(checkout)).hasSize(2);
        release(search, others, 2);
        assertThat(acquireAll(search)).hasSize(1);
        assertThat(acquireAll(checkout)).hasSize(1);
        assertThat(limiter.inFlight()).isEqualTo(10);
    }

    @Test
    void limits_raisedAndSettledByABeat_countAsTheLimiterDoes() {
        List<Long> others = acquireAll(search);
        limiter.limits("checkout", RouteLimits.NONE.share(0.5));
        release(search, others, 8);
        assertThat(limiter.inFlight()).isEqualTo(2);
        beat();
        assertThat(limiter.inFlight()).isEqualTo(2);
        assertThat(acquireAll(search)).hasSize(3);
        assertThat(acquireAll(checkout)).hasSize(5);
    }

    @Test
    void limits_loweredWhileCallsRun_areForOthersAtOnce() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.8));
        List<Long> tickets = acquire(limiter, checkout, 5);
        limiter.limits("checkout", RouteLimits.NONE.share(0.2));
        assertThat(acquireAll(search)).hasSize(5);
        assertThat(limiter.inFlight()).isEqualTo(10);
        release(checkout, tickets, 5);
        assertThat(acquireAll(search)).hasSize(3);
        limiter.limits("checkout", RouteLimits.NONE);
        assertThat(acquireAll(search)).hasSize(2);
    }

    @Test
    void limits_capLoweredWhileCallsRun_refusesUntilTheyHaveEnded() {
        List<Long> tickets = acquire(limiter, checkout, 5);
        limiter.limits("checkout", RouteLimits.NONE.cap(2));
        // Those were admitted before there was anything to count them for this route.
        List<Long> counted = acquireAll(checkout);
        assertThat(counted).hasSize(2);
        limiter.limits("checkout", RouteLimits.NONE.cap(1));
        release(checkout, tickets, 5);
        release(checkout, counted, 1);
        assertThat(acquireAll(checkout)).isEmpty();
        release(checkout, counted, 1);
        assertThat(acquireAll(checkout)).hasSize(1);
    }

    @Test
    void limit_falls_andSharesWithIt_whileTheGuaranteeHolds() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.5));
        List<Long> others = acquireAll(search);
        assertThat(others).hasSize(5);
        limitMovesTo(4);
        assertThat(acquireAll(checkout)).hasSize(2);
        assertThat(limiter.inFlight()).isEqualTo(7);
        release(search, others, 3);
        assertThat(acquireAll(search)).isEmpty();
        release(search, others, 1);
        assertThat(acquireAll(search)).hasSize(1);
        assertThat(limiter.inFlight()).isEqualTo(4);
    }

    @Test
    void limit_rises_andSharesWithIt() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.5));
        acquireAll(search);
        limitMovesTo(20);
        assertThat(acquireAll(search)).hasSize(5);
        assertThat(acquireAll(checkout)).hasSize(10);
    }

    @Test
    void window_seesCallsAndNotWhatIsKept() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.5).cap(6));
        acquire(limiter, search, 5);
        beat();
        assertThat(algorithm.last().peakInFlight()).isEqualTo(5);
        assertThat(algorithm.last().binding()).isFalse();
        acquire(limiter, search, 1);
        beat();
        assertThat(algorithm.last().binding())
                .as("shed for want of common room")
                .isTrue();
        List<Long> tickets = acquire(limiter, checkout, 5);
        beat();
        assertThat(algorithm.last().peakInFlight()).isEqualTo(10);
        assertThat(algorithm.last().binding()).isTrue();
        release(checkout, tickets, 5);
    }

    @Test
    void window_isNotBindingBecauseOfACap() {
        limiter.limits("checkout", RouteLimits.NONE.cap(2));
        acquireAll(checkout);
        beat();
        assertThat(algorithm.last().binding()).isFalse();
        assertThat(algorithm.last().shed()).isZero();
    }

    @Test
    void low_isHalfOfTheLimit_whateverIsKept() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.6));
        List<Long> common = acquire(limiter, search, 3);
        List<Long> reserved = acquire(limiter, checkout, 3);
        ticker.advance(BEAT);
        release(search, common, 3);
        release(checkout, reserved, 3);
        limiter.beat();
        // Five of six were admitted while at most five ran.
        assertThat(algorithm.last().samples()).isEqualTo(6);
    }

    @Test
    void shadow_runsWhatIsBeyondTheCap_outsideTheLimit() {
        limiter.enforcement(Enforcement.SHADOW);
        limiter.limits("checkout", RouteLimits.NONE.cap(2).share(0.2));
        List<Long> tickets = acquire(limiter, checkout, 5);
        assertThat(limiter.inFlight()).isEqualTo(5);
        limiter.enforcement(Enforcement.ENFORCE);
        assertThat(acquireAll(search)).hasSize(8);
        release(checkout, tickets, 5);
        assertThat(limiter.stats(checkout)).isEqualTo(new LimiterStats(5, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0));
        assertThat(limiter.inFlight()).isEqualTo(8);
        beat();
        assertThat(algorithm.last().shed()).as("of the other route alone").isEqualTo(1);
    }

    @Test
    void off_knowsNoCap_butCounts() {
        limiter.enforcement(Enforcement.OFF);
        limiter.limits("checkout", RouteLimits.NONE.cap(2).share(0.2));
        List<Long> tickets = acquire(limiter, checkout, 15);
        assertThat(tickets).hasSize(15);
        limiter.enforcement(Enforcement.ENFORCE);
        assertThat(limiter.rejectionReason(checkout)).isEqualTo(RejectionReason.ROUTE_CAP);
        release(checkout, tickets, 15);
        assertThat(limiter.inFlight()).isZero();
        assertThat(acquireAll(checkout)).hasSize(2);
    }

    @Test
    void refuseAll_closesWhatIsKept_andIsIdleOnce() {
        AtomicInteger idle = new AtomicInteger();
        limiter.limits("checkout", RouteLimits.NONE.share(0.5));
        List<Long> reserved = acquire(limiter, checkout, 2);
        List<Long> common = acquire(limiter, search, 2);
        limiter.refuseAll(idle::incrementAndGet);
        assertThat(acquireAll(checkout)).isEmpty();
        assertThat(limiter.rejectionReason(checkout)).isEqualTo(RejectionReason.DRAINING);
        beat();
        release(search, common, 2);
        assertThat(limiter.inFlight()).isEqualTo(2);
        assertThat(idle).hasValue(0);
        release(checkout, reserved, 2);
        assertThat(idle).hasValue(1);
        limiter.resume();
        assertThat(acquireAll(search)).hasSize(5);
        assertThat(acquireAll(checkout)).hasSize(5);
        assertThat(idle).hasValue(1);
    }

    @Test
    void refuseAll_withoutCalls_isIdleAtOnce() {
        AtomicInteger idle = new AtomicInteger();
        limiter.limits("checkout", RouteLimits.NONE.share(0.5));
        limiter.refuseAll(idle::incrementAndGet);
        assertThat(idle).hasValue(1);
    }

    @Test
    void release_twice_throws() {
        limiter.limits("checkout", RouteLimits.NONE.share(0.5));
        long ticket = limiter.tryAcquireTicket(checkout);
        limiter.release(ticket, checkout, Outcome.SUCCESS);
        assertThatThrownBy(() -> limiter.release(ticket, checkout, Outcome.SUCCESS))
                .isInstanceOf(IllegalStateException.class);
        assertThat(acquireAll(checkout)).hasSize(10);
    }

    @ParameterizedTest
    @EnumSource(Enforcement.class)
    void ticket_ofACallThatWasThereBeforeItsRouteHadLimits_isReleasedAsItWasAdmitted(Enforcement mode) {
        limiter.enforcement(mode);
        long before = limiter.tryAcquireTicket(checkout);
        limiter.limits("checkout", RouteLimits.NONE.share(0.5).cap(6));
        long after = limiter.tryAcquireTicket(checkout);
        limiter.release(before, checkout, Outcome.SUCCESS);
        limiter.release(after, checkout, Outcome.SUCCESS);
        assertThat(limiter.inFlight()).isZero();
        limiter.enforcement(Enforcement.ENFORCE);
        assertThat(acquireAll(checkout)).hasSize(6);
        assertThat(acquireAll(search)).hasSize(4);
    }

    @Test
    void nonsense_isRefused_andShown() {
        assertThatThrownBy(() -> RouteLimits.NONE.share(1)).hasMessage("share must be at least 0 and below 1: 1.0");
        assertThatThrownBy(() -> RouteLimits.NONE.share(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> RouteLimits.NONE.cap(0))
                .hasMessageContaining("cap must be between 1 and")
                .hasMessageContaining(": 0");
        assertThatThrownBy(() -> RouteLimits.NONE.capShare(0)).hasMessageContaining("0.0");
        assertThatThrownBy(() -> RouteLimits.NONE.capShare(0.2).share(0.3)).hasMessageContaining("0.3 > 0.2");
        ConcurrencyLimiter.Builder builder =
                ConcurrencyLimiter.builder("tested").limits("a", RouteLimits.NONE.share(0.6));
        assertThatThrownBy(() -> builder.limits("b", RouteLimits.NONE.share(0.4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.4 of 'b' and 0.6");
        assertThatThrownBy(() -> builder.limits("c", RouteLimits.NONE, "a")).hasMessageContaining("'a' is in another");
        assertThatThrownBy(() -> builder.limits(" ", RouteLimits.NONE)).hasMessageContaining("blank");
        assertThatThrownBy(() -> builder.limits("a", RouteLimits.NONE, "d")).hasMessageContaining("already: 'a'");
    }

    private void limitMovesTo(int limit) {
        algorithm.thenDecides(limit);
        beat();
    }

    private void beat() {
        ticker.advance(BEAT);
        limiter.beat();
    }

    /** As many as are admitted; more than that are never asked for. */
    private List<Long> acquireAll(Route route) {
        List<Long> tickets = new ArrayList<>();
        for (long ticket = limiter.tryAcquireTicket(route);
                ticket != ConcurrencyLimiter.REFUSED;
                ticket = limiter.tryAcquireTicket(route)) {
            tickets.add(ticket);
        }
        return tickets;
    }

    private static List<Long> acquire(ConcurrencyLimiter from, Route route, int times) {
        List<Long> tickets = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long ticket = from.tryAcquireTicket(route);
            if (ticket != ConcurrencyLimiter.REFUSED) {
                tickets.add(ticket);
            }
        }
        return tickets;
    }

    private void release(Route route, List<Long> tickets, int count) {
        for (int i = 0; i < count; i++) {
            limiter.release(tickets.remove(0), route, Outcome.SUCCESS);
        }
    }
}
