/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.limit.AdmissionWord.ADMITTED;
import static io.loadline.limit.AdmissionWord.ADMITTED_LOW;
import static io.loadline.limit.AdmissionWord.ADMITTED_OUTSIDE;
import static io.loadline.limit.AdmissionWord.MAX_LIMIT;
import static io.loadline.limit.AdmissionWord.REFUSED_CLOSED;
import static io.loadline.limit.AdmissionWord.REFUSED_LIMIT;
import static io.loadline.limit.Enforcement.ENFORCE;
import static io.loadline.limit.Enforcement.OFF;
import static io.loadline.limit.Enforcement.SHADOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionWordTest {
    private final AdmissionWord word = new AdmissionWord(4);

    @Test
    void tryAcquire_upToHalfTheLimit_isLow() {
        assertThat(acquire(5)).containsExactly(ADMITTED_LOW, ADMITTED_LOW, ADMITTED, ADMITTED, REFUSED_LIMIT);
        assertThat(word.inFlight()).isEqualTo(4);
        assertThat(word.running()).isEqualTo(4);
    }

    @Test
    void tryAcquire_afterARelease_isAdmittedAgain() {
        acquire(4);
        assertThat(word.release(false)).isEqualTo(AdmissionWord.RELEASED);
        assertThat(acquire(2)).containsExactly(ADMITTED, REFUSED_LIMIT);
    }

    @Test
    void tryAcquire_inShadow_runsOutsideTheLimitAndHoldsNoneOfIt() {
        acquire(4);
        assertThat(word.tryAcquire(SHADOW)).isEqualTo(ADMITTED_OUTSIDE);
        assertThat(word.inFlight()).isEqualTo(4);
        assertThat(word.running()).isEqualTo(5);
        word.release(false);
        // One is still outside, yet there is room within the limit.
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(ADMITTED);
        word.release(true);
        assertThat(word.running()).isEqualTo(4);
    }

    @Test
    void tryAcquire_whenOff_exceedsTheLimitAndIsCounted() {
        acquire(4);
        assertThat(word.tryAcquire(OFF)).isEqualTo(ADMITTED);
        assertThat(word.inFlight()).isEqualTo(5);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(REFUSED_LIMIT);
        word.release(false);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(REFUSED_LIMIT);
    }

    @Test
    void limit_belowInFlight_refusesUntilInFlightHasFallen() {
        acquire(4);
        word.limit(2);
        assertThat(word.inFlight()).isEqualTo(4);
        word.release(false);
        word.release(false);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(REFUSED_LIMIT);
        word.release(false);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(ADMITTED);
    }

    @Test
    void limit_largest_leavesTheOtherFieldsAlone() {
        acquire(3);
        word.closed(true);
        word.limit(MAX_LIMIT);
        assertThat(word.limit()).isEqualTo(MAX_LIMIT);
        assertThat(word.inFlight()).isEqualTo(3);
        assertThat(word.closed()).isTrue();
        word.closed(false);
        word.limit(1);
        assertThat(word.limit()).isEqualTo(1);
        assertThat(word.inFlight()).isEqualTo(3);
    }

    @Test
    void release_moreOftenThanAcquired_throwsAndLeavesTheWordIntact() {
        word.tryAcquire(ENFORCE);
        assertThatThrownBy(() -> word.release(true)).isInstanceOf(IllegalStateException.class);
        word.release(false);
        assertThatThrownBy(() -> word.release(false)).isInstanceOf(IllegalStateException.class);
        assertThat(word.running()).isZero();
        assertThat(word.limit()).isEqualTo(4);
        assertThat(acquire(5)).containsExactly(ADMITTED_LOW, ADMITTED_LOW, ADMITTED, ADMITTED, REFUSED_LIMIT);
    }

    @Test
    void release_tooOftenByTwoThreads_leavesTheWordIntactWhileTheLimitMoves() throws Exception {
        Callable<Integer> tooOften = () -> {
            int refused = 0;
            for (int i = 0; i < 10_000; i++) {
                try {
                    word.release((i & 1) == 0);
                } catch (IllegalStateException expected) {
                    refused++;
                }
                word.limit(1 + i % 4);
            }
            return refused;
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (Future<Integer> refused : threads.invokeAll(List.of(tooOften, tooOften))) {
                assertThat(refused.get()).isEqualTo(10_000);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(word.running()).isZero();
        assertThat(word.limit()).isEqualTo(4);
        assertThat(word.closed()).isFalse();
        assertThat(word.hasWaiters()).isFalse();
        assertThat(acquire(5)).containsExactly(ADMITTED_LOW, ADMITTED_LOW, ADMITTED, ADMITTED, REFUSED_LIMIT);
    }

    @Test
    void closed_refusesInEveryMode() {
        assertThat(word.closed(true)).isTrue();
        for (Enforcement enforcement : Enforcement.values()) {
            assertThat(word.tryAcquire(enforcement)).isEqualTo(REFUSED_CLOSED);
        }
        assertThat(word.closed(false)).isFalse();
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(ADMITTED_LOW);
    }

    @Test
    void release_ofTheLastWhileClosed_saysSoOnce() {
        acquire(4);
        word.tryAcquire(SHADOW);
        assertThat(word.closed(true)).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(word.release(false)).isEqualTo(AdmissionWord.RELEASED);
        }
        assertThat(word.isClosedAndEmpty()).isFalse();
        assertThat(word.release(true)).isEqualTo(AdmissionWord.RELEASED_LAST);
        assertThat(word.isClosedAndEmpty()).isTrue();
    }

    @Test
    void tryAcquire_countIsFull_isRefusedAndDoesNotSpillOver() {
        int full = (1 << 20) - 1;
        for (int i = 0; i < full; i++) {
            word.tryAcquire(OFF);
        }
        assertThat(word.tryAcquire(OFF)).isEqualTo(REFUSED_LIMIT);
        assertThat(word.inFlight()).isEqualTo(full);
        for (int i = 0; i < full; i++) {
            word.tryAcquire(SHADOW);
        }
        assertThat(word.tryAcquire(SHADOW)).isEqualTo(REFUSED_LIMIT);
        assertThat(word.running()).isEqualTo(2 * full);
        assertThat(word.limit()).isEqualTo(4);
    }

    @Test
    void waiters_areBeforeNewcomersButNotInTheWayOfWhoIsNotRefusedAnyhow() {
        acquire(4);
        assertThat(word.tryAcquireOrWait(ENFORCE)).isEqualTo(REFUSED_LIMIT);
        assertThat(word.release(false)).isEqualTo(AdmissionWord.RELEASED_BEFORE_WAITERS);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(REFUSED_LIMIT);
        assertThat(word.tryAcquireAsWaiter(ENFORCE, false)).isEqualTo(ADMITTED);
        assertThat(word.tryAcquireAsWaiter(ENFORCE, true)).isEqualTo(REFUSED_LIMIT);
        assertThat(word.hasWaiters()).isTrue();
        assertThat(word.tryAcquire(SHADOW)).isEqualTo(ADMITTED_OUTSIDE);
        assertThat(word.tryAcquire(OFF)).isEqualTo(ADMITTED);
        assertThat(word.limit()).isEqualTo(4);
        assertThat(word.running()).isEqualTo(6);
        word.closed(true);
        assertThat(word.tryAcquireAsWaiter(ENFORCE, true)).isEqualTo(REFUSED_CLOSED);
        assertThat(word.release(false)).isEqualTo(AdmissionWord.RELEASED);
        word.clearWaiters();
        assertThat(word.hasWaiters()).isFalse();
        assertThat(word.closed()).isTrue();
    }

    @Test
    void lastWaiter_isAdmitted_newcomersCompeteAgain() {
        acquire(3);
        assertThat(word.tryAcquireOrWait(ENFORCE)).isEqualTo(ADMITTED);
        assertThat(word.hasWaiters()).isFalse();
        assertThat(word.tryAcquireOrWait(ENFORCE)).isEqualTo(REFUSED_LIMIT);
        word.limit(6);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(REFUSED_LIMIT);
        assertThat(word.tryAcquireAsWaiter(ENFORCE, true)).isEqualTo(ADMITTED);
        assertThat(word.tryAcquire(ENFORCE)).isEqualTo(ADMITTED);
    }

    @Test
    void takePeak_beginsWithWhatRuns() {
        acquire(3);
        word.release(false);
        assertThat(word.takePeak()).isEqualTo(3);
        assertThat(word.takePeak()).isEqualTo(2);
        word.tryAcquire(ENFORCE);
        word.tryAcquire(ENFORCE);
        word.tryAcquire(SHADOW);
        word.release(true);
        assertThat(word.takePeak()).isEqualTo(5);
    }

    private int[] acquire(int times) {
        return IntStream.range(0, times).map(i -> word.tryAcquire(ENFORCE)).toArray();
    }
}
