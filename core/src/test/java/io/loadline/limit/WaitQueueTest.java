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
import org.junit.jupiter.api.Test;

/** Whose turn it is, in a queue in front of a word with a limit of one that is taken. */
class WaitQueueTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final ManualTicker ticker = new ManualTicker();
    private final AdmissionWord word = new AdmissionWord(1);
    private final WordEntrance entrance = new WordEntrance(word);
    private final Route route = new Route(this, 0, "route");
    private final List<String> told = new ArrayList<>();
    private final WaitQueue queue = new WaitQueue(word, entrance, ticker::read, () -> 3);

    WaitQueueTest() {
        assertThat(word.tryAcquire(Enforcement.ENFORCE)).isEqualTo(AdmissionWord.ADMITTED);
    }

    @Test
    void waiters_areAdmittedInOrder_oneForEachRelease() {
        enter("a", LONG);
        enter("b", LONG);
        assertThat(word.hasWaiters()).isTrue();
        release();
        assertThat(told).containsExactly("a admitted");
        release();
        assertThat(told).containsExactly("a admitted", "b admitted");
        assertThat(word.hasWaiters()).isFalse();
        assertThat(word.inFlight()).isEqualTo(1);
    }

    /** What was released between its refusal and the bit told nobody. */
    @Test
    void enter_afterWhatItWaitsForWasReleased_isAdmittedAtOnce() {
        assertThat(word.release(false)).isEqualTo(AdmissionWord.RELEASED);
        enter("a", LONG);
        assertThat(told).containsExactly("a admitted");
        assertThat(word.hasWaiters()).isFalse();
        assertThat(queue.stats()).isEqualTo(new WaitingStats(0, 1, 0, 0, Duration.ZERO));
    }

    /** Between a release and its hand-over. */
    @Test
    void enter_whereOthersWaitAndThereIsRoom_isBehindThem() {
        enter("a", LONG);
        int unused = word.release(false);
        enter("b", LONG);
        assertThat(told).isEmpty();
        queue.handOver();
        assertThat(told).containsExactly("a admitted");
        assertThat(queue.stats().waiting()).isEqualTo(1);
    }

    @Test
    void enter_aFullQueue_isRefused() {
        List.of("a", "b", "c", "d").forEach(name -> enter(name, LONG));
        assertThat(told).containsExactly("d QUEUE");
        assertThat(queue.stats()).isEqualTo(new WaitingStats(3, 0, 1, 0, Duration.ZERO));
    }

    @Test
    void handOver_toOneWhoseTimeHasPassed_goesToTheNext() {
        enter("a", Duration.ofMillis(4));
        enter("b", Duration.ofMillis(5));
        ticker.advance(Duration.ofMillis(4));
        release();
        assertThat(told).containsExactly("a QUEUE", "b admitted");
        assertThat(queue.stats()).isEqualTo(new WaitingStats(0, 1, 1, 0, Duration.ofMillis(4)));
    }

    @Test
    void handOver_allWaitersAreLate_leavesThePermitToNewcomers() {
        enter("a", Duration.ofMillis(4));
        ticker.advance(Duration.ofMillis(4));
        release();
        assertThat(told).containsExactly("a QUEUE");
        assertThat(word.tryAcquire(Enforcement.ENFORCE)).isEqualTo(AdmissionWord.ADMITTED);
    }

    @Test
    void beat_dropsTheLateWhereverTheyStand() {
        enter("a", LONG);
        enter("b", Duration.ofMillis(4));
        enter("c", LONG);
        ticker.advance(Duration.ofMillis(4));
        queue.handOver();
        assertThat(told).isEmpty();
        queue.beat();
        assertThat(told).containsExactly("b QUEUE");
        release();
        release();
        assertThat(told).containsExactly("b QUEUE", "a admitted", "c admitted");
    }

    @Test
    void expire_tooEarly_tellsHowLongToWaitAndOnceLate_refuses() {
        TestWaiter a = enter("a", Duration.ofMillis(4));
        ticker.advance(Duration.ofMillis(3));
        assertThat(queue.expire(a)).isEqualTo(1_000_000);
        ticker.advance(Duration.ofMillis(1));
        assertThat(queue.expire(a)).isZero();
        assertThat(queue.expire(a)).isZero();
        assertThat(told).containsExactly("a QUEUE");
        assertThat(word.hasWaiters()).isFalse();
    }

    @Test
    void withdraw_takesOutWhoWaitsAndNobodyElse() {
        TestWaiter a = enter("a", LONG);
        TestWaiter b = enter("b", LONG);
        TestWaiter c = enter("c", LONG);
        assertThat(queue.withdraw(b)).isTrue();
        assertThat(queue.withdraw(b)).isFalse();
        release();
        assertThat(queue.withdraw(a)).isFalse();
        assertThat(queue.withdraw(c)).isTrue();
        assertThat(told).containsExactly("a admitted");
        assertThat(word.hasWaiters()).isFalse();
        assertThat(queue.stats()).isEqualTo(new WaitingStats(0, 1, 0, 2, Duration.ZERO));
    }

    @Test
    void handOver_ticketFails_thePlaceIsGivenBackAndNobodyLosesHisTurn() {
        enter("a", LONG);
        TestWaiter b = enter("b", Duration.ofMillis(4));
        int unused = word.release(false);
        entrance.failure(new IllegalStateException("on purpose"));
        assertThatThrownBy(queue::handOver).hasMessage("on purpose");
        assertThat(word.inFlight()).isZero();
        assertThat(word.hasWaiters()).isTrue();
        assertThat(queue.stats().waiting()).isEqualTo(2);
        ticker.advance(Duration.ofMillis(4));
        assertThat(queue.expire(b)).isZero();
        assertThatThrownBy(queue::handOver).as("the last one").hasMessage("on purpose");
        assertThat(word.inFlight()).isZero();
        assertThat(word.hasWaiters()).isTrue();
        entrance.failure(null);
        queue.handOver();
        assertThat(told).containsExactly("b QUEUE", "a admitted");
        assertThat(word.hasWaiters()).isFalse();
    }

    @Test
    void handOver_ticketFails_thoseSettledBeforeAreTold() {
        enter("a", Duration.ofMillis(4));
        enter("b", LONG);
        ticker.advance(Duration.ofMillis(4));
        int unused = word.release(false);
        entrance.failure(new IllegalStateException("on purpose"));
        assertThatThrownBy(queue::handOver).hasMessage("on purpose");
        assertThat(told).containsExactly("a QUEUE");
        entrance.failure(null);
        queue.beat();
        assertThat(told).containsExactly("a QUEUE", "b admitted");
    }

    @Test
    void line_unlinkingOneThatDoesNotStandThere_changesNothing() {
        WaitLine line = new WaitLine(null);
        TestWaiter a = new TestWaiter("a", 0);
        TestWaiter b = new TestWaiter("b", 0);
        TestWaiter c = new TestWaiter("c", 0);
        assertThat(line.unlink(a)).isFalse();
        line.append(a);
        line.append(b);
        assertThat(line.unlink(c)).isFalse();
        assertThat(line.unlink(a)).isTrue();
        assertThat(line.unlink(a)).isFalse();
        assertThat(line.size()).isEqualTo(1);
        assertThat(line.oldest()).isSameAs(b);
        assertThat(line.newest()).isSameAs(b);
    }

    @Test
    void limit_rises_asManyAsItAdmitsAreAdmitted() {
        List.of("a", "b", "c").forEach(name -> enter(name, LONG));
        word.limit(3);
        queue.handOver();
        assertThat(told).containsExactly("a admitted", "b admitted");
        assertThat(word.inFlight()).isEqualTo(3);
    }

    @Test
    void limit_fellBelowInFlight_aReleaseAdmitsNobody() {
        word.limit(3);
        word.tryAcquire(Enforcement.ENFORCE);
        word.limit(1);
        enter("a", LONG);
        release();
        assertThat(told).isEmpty();
        release();
        assertThat(told).containsExactly("a admitted");
    }

    @Test
    void enforcement_falls_allAreAdmitted() {
        for (Enforcement fallen : List.of(Enforcement.SHADOW, Enforcement.OFF)) {
            told.clear();
            entrance.enforcement(Enforcement.ENFORCE);
            enter("a", LONG);
            enter("b", LONG);
            entrance.enforcement(fallen);
            queue.handOver();
            assertThat(told).containsExactly("a admitted", "b admitted");
            assertThat(word.hasWaiters()).isFalse();
        }
    }

    @Test
    void closing_refusesAll() {
        enter("a", LONG);
        enter("b", LONG);
        word.closed(true);
        queue.handOver();
        enter("c", LONG);
        assertThat(told).containsExactly("a DRAINING", "b DRAINING", "c DRAINING");
        assertThat(word.hasWaiters()).isFalse();
    }

    @Test
    void order_oldestLateForTheInterval_newestFirstUntilEmpty() {
        enter("a", LONG);
        ticker.advance(Duration.ofMillis(105));
        enter("b", LONG);
        enter("c", LONG);
        release();
        release();
        assertThat(told).containsExactly("c admitted", "b admitted");
        enter("d", LONG);
        release();
        release();
        assertThat(told).containsExactly("c admitted", "b admitted", "d admitted", "a admitted");
        enter("e", LONG);
        enter("f", LONG);
        release();
        assertThat(told).last().isEqualTo("e admitted");
    }

    @Test
    void order_oldestNotYetLateForTheInterval_oldestFirst() {
        enter("a", LONG);
        ticker.advanceNanos(WaitQueue.TARGET_NANOS + WaitQueue.INTERVAL_NANOS - 1);
        enter("b", LONG);
        release();
        assertThat(told).containsExactly("a admitted");
    }

    /** A queue that moves on is no standing one, however long it is never empty. */
    @Test
    void order_eachIsServedWithinTheTarget_oldestFirst() {
        enter("0", LONG);
        for (int i = 1; i <= 100; i++) {
            ticker.advance(Duration.ofMillis(4));
            enter(Integer.toString(i), LONG);
            release();
        }
        assertThat(told).first().isEqualTo("0 admitted");
        assertThat(told).last().isEqualTo("99 admitted");
    }

    /** Each waits for longer than the target, and the moment at which the next is not yet late begins the count anew. */
    @Test
    void order_oldestWasServedMeanwhile_countsAnew() {
        enter("a", LONG);
        ticker.advance(Duration.ofMillis(100));
        enter("b", LONG);
        release();
        ticker.advance(Duration.ofMillis(104));
        enter("c", LONG);
        release();
        assertThat(told).containsExactly("a admitted", "b admitted");
    }

    @Test
    void newestFirst_fullQueue_newcomerTakesThePlaceOfTheOldest() {
        List.of("a", "b", "c").forEach(name -> enter(name, LONG));
        ticker.advance(Duration.ofMillis(105));
        enter("d", LONG);
        assertThat(told).containsExactly("a QUEUE");
        release();
        assertThat(told).containsExactly("a QUEUE", "d admitted");
    }

    private TestWaiter enter(String name, Duration atMost) {
        TestWaiter waiter = new TestWaiter(name, ticker.read() + atMost.toNanos());
        queue.enter(waiter);
        return waiter;
    }

    private void release() {
        if (word.release(false) == AdmissionWord.RELEASED_BEFORE_WAITERS) {
            queue.handOver();
        }
    }

    private final class TestWaiter extends Waiter {
        private final String name;

        TestWaiter(String name, long deadlineNanos) {
            super(route, deadlineNanos);
            this.name = name;
        }

        @Override
        void tell() {
            assertThat(isSettled()).isTrue();
            told.add(name + " " + (refusal() == null ? "admitted" : refusal()));
        }
    }
}
