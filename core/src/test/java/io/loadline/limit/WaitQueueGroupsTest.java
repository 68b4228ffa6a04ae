/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who gets the places that are kept for a group, in a queue in front of a word that is full. */
class WaitQueueGroupsTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final ManualTicker ticker = new ManualTicker();
    private final AdmissionWord word = new AdmissionWord(1);
    private final RouteGroups groups = new RouteGroups(word, true);
    private final KeptPlaces entrance = new KeptPlaces();
    private int maxWaiters = 10_000;
    private final List<String> told = new ArrayList<>();
    private final WaitQueue queue = new WaitQueue(word, entrance, ticker::read, () -> maxWaiters);
    private final Route other = new Route(this, 0, "other");
    private final Route batch = route(1, "batch");
    private final Route search = route(2, "search");

    WaitQueueGroupsTest() {
        assertThat(word.tryAcquire(Enforcement.ENFORCE)).isEqualTo(AdmissionWord.ADMITTED);
    }

    @Test
    void placeThatIsKept_isAskedForOnce_howeverManyWait() {
        for (int i = 0; i < 1000; i++) {
            enter(other, "other " + i, LONG);
            enter(batch, "batch " + i, LONG);
        }
        keep(search, 1);
        entrance.asked = 0;
        queue.handOver();
        assertThat(entrance.asked).isEqualTo(1);
        keep(batch, 3);
        entrance.asked = 0;
        queue.handOver();
        assertThat(entrance.asked).isEqualTo(4);
        assertThat(told).containsExactly("batch 0 admitted", "batch 1 admitted", "batch 2 admitted");
    }

    @Test
    void placesThatAreKept_goToTheFirstOfEachGroup() {
        enter(other, "a", LONG);
        enter(batch, "b", LONG);
        enter(search, "c", LONG);
        enter(batch, "d", LONG);
        enter(search, "e", LONG);
        keep(batch, 1);
        keep(search, 2);
        queue.handOver();
        assertThat(told).containsExactlyInAnyOrder("b admitted", "c admitted", "e admitted");
        keep(batch, 5);
        queue.handOver();
        assertThat(told).last().isEqualTo("d admitted");
        enter(batch, "f", LONG);
        assertThat(told).last().isEqualTo("f admitted");
        assertThat(queue.stats().waiting()).isEqualTo(1);
    }

    @Test
    void newcomer_thatIsAdmittedAtOnce_hasNotWaited() {
        TestWaiter first = enter(other, "a", LONG);
        keep(batch, 1);
        TestWaiter newcomer = enter(batch, "b", LONG);
        assertThat(told).containsExactly("b admitted");
        assertThat(newcomer.hasWaited).isFalse();
        assertThat(first.hasWaited).isTrue();
    }

    @Test
    void placesThatAreKept_newestFirst_goToTheNewestOfTheGroup() {
        enter(batch, "a", LONG);
        ticker.advance(Duration.ofMillis(105));
        enter(batch, "b", LONG);
        enter(other, "c", LONG);
        keep(batch, 1);
        queue.handOver();
        assertThat(told).containsExactly("b admitted");
    }

    @Test
    void placeThatIsKept_newestFirst_goesToANewcomerOfTheGroupInAFullQueue() {
        enter(other, "a", LONG);
        enter(batch, "b", LONG);
        maxWaiters = 2;
        ticker.advance(Duration.ofMillis(105));
        keep(batch, 1);
        enter(batch, "c", LONG);
        assertThat(told).containsExactly("a QUEUE", "c admitted");
        assertThat(queue.stats().waiting()).isEqualTo(1);
    }

    @Test
    void placeThatIsKept_forOneWhoseTimeHasPassed_goesToTheNextOfTheGroup() {
        enter(other, "a", LONG);
        enter(batch, "b", Duration.ofMillis(4));
        enter(batch, "c", LONG);
        ticker.advance(Duration.ofMillis(4));
        keep(batch, 1);
        queue.handOver();
        assertThat(told).containsExactly("b QUEUE", "c admitted");
    }

    @Test
    void waitersOfAGroup_thatLeaveOtherwise_areForgottenByItToo() {
        TestWaiter a = enter(batch, "a", LONG);
        enter(search, "b", LONG);
        enter(batch, "c", LONG);
        assertThat(queue.withdraw(a)).isTrue();
        int unused = word.release(false);
        queue.handOver();
        assertThat(told).containsExactly("b admitted");
        keep(batch, 2);
        keep(search, 2);
        queue.handOver();
        assertThat(told).containsExactly("b admitted", "c admitted");
        assertThat(queue.stats()).isEqualTo(new WaitingStats(0, 2, 0, 1, Duration.ZERO));
        assertThat(word.hasWaiters()).isFalse();
    }

    private Route route(int index, String name) {
        assertThat(groups.limits(name, RouteLimits.NONE, List.of())).containsExactly(name);
        Route route = new Route(this, index, name);
        route.group(groups.of(name));
        return route;
    }

    private void keep(Route route, int places) {
        entrance.kept.put(route.group(), places);
    }

    private TestWaiter enter(Route route, String name, Duration atMost) {
        TestWaiter waiter = new TestWaiter(route, name, ticker.read() + atMost.toNanos());
        queue.enter(waiter);
        return waiter;
    }

    /** The bare word, and so many places beside it. */
    private final class KeptPlaces implements WaitQueue.Entrance {
        private final Map<@Nullable RouteGroup, Integer> kept = new HashMap<>();
        private int asked;

        @Override
        public int tryAcquireOrWait(@Nullable RouteGroup group) {
            return word.tryAcquireOrWait(Enforcement.ENFORCE);
        }

        @Override
        public int tryAcquireAsWaiter(@Nullable RouteGroup group, boolean last) {
            return word.tryAcquireAsWaiter(Enforcement.ENFORCE, last);
        }

        @Override
        public int tryAcquireOwn(RouteGroup group) {
            asked++;
            return kept.merge(group, -1, Integer::sum) >= 0 ? AdmissionWord.ADMITTED : refuse(group);
        }

        private int refuse(RouteGroup group) {
            kept.put(group, 0);
            return AdmissionWord.REFUSED_LIMIT;
        }

        @Override
        public boolean hasOwn() {
            return kept.values().stream().anyMatch(places -> places > 0);
        }

        @Override
        public long ticket(int admission, @Nullable RouteGroup group) {
            return 1;
        }

        @Override
        public void giveBack(int admission, @Nullable RouteGroup group) {
            kept.merge(group, 1, Integer::sum);
        }

        @Override
        public RejectionReason reason(int refusal) {
            return RejectionReason.LIMIT;
        }
    }

    private final class TestWaiter extends Waiter {
        private final String name;

        TestWaiter(Route route, String name, long deadlineNanos) {
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
