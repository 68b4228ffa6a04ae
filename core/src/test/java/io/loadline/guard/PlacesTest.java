/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PlacesTest {
    private final Places places = new Places("odd \n/name", 4, 2);

    @Test
    void tryTake_atTheLimit_refuses() {
        assertThat(take()).isEqualTo(4);
        places.giveBack(false);

        assertThat(take()).isEqualTo(1);
    }

    @Test
    void limit_loweredWhileAllRun_neverWaits_andFallsAsTheyEnd() {
        assertThat(take()).isEqualTo(4);
        places.limit(1);

        places.giveBack(false);
        assertThat(places.tryTake()).isFalse();
        places.giveBack(false);
        places.giveBack(false);
        assertThat(places.tryTake()).isFalse();
        places.giveBack(false);
        assertThat(take()).isEqualTo(1);
    }

    @Test
    void limit_loweredWhileSomeAreFree_takesTheFreeOnesFirst() {
        assertThat(places.tryTake()).isTrue();
        places.limit(2);

        assertThat(take()).isEqualTo(1);
    }

    @Test
    void limit_raisedAgain_givesBackWhatWasWithheldAndOwed() {
        assertThat(take()).isEqualTo(4);
        places.limit(1);
        places.giveBack(false);
        places.limit(6);

        assertThat(take()).isEqualTo(3);
        for (int i = 0; i < 6; i++) {
            places.giveBack(false);
        }
        assertThat(take()).isEqualTo(6);
    }

    @Test
    void reserve_isBounded_andApart() {
        assertThat(take()).isEqualTo(4);
        assertThat(places.tryTakeReserve()).isTrue();
        assertThat(places.tryTakeReserve()).isTrue();
        assertThat(places.tryTakeReserve()).isFalse();
        places.giveBack(true);

        assertThat(places.tryTake()).isFalse();
        assertThat(places.tryTakeReserve()).isTrue();
    }

    @Test
    void tryLose_isBoundedByTheLimit() {
        for (int i = 0; i < 4; i++) {
            assertThat(places.tryLose()).isTrue();
        }
        assertThat(places.tryLose()).isFalse();
        places.found();
        assertThat(places.tryLose()).isTrue();
    }

    @Test
    void limit_movedWhileThreadsTakeAndGiveBack_leavesExactlyTheLimit() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(5);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(pool.submit(() -> {
                    for (int n = 0; n < 100_000; n++) {
                        if (places.tryTake()) {
                            places.giveBack(false);
                        }
                    }
                }));
            }
            all.add(pool.submit(() -> {
                SplittableRandom random = new SplittableRandom(1);
                for (int n = 0; n < 20_000; n++) {
                    places.limit(1 + random.nextInt(8));
                }
            }));
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
        places.limit(5);

        assertThat(take()).isEqualTo(5);
    }

    /** Takes all that are to be had. */
    private int take() {
        int taken = 0;
        while (places.tryTake()) {
            taken++;
        }
        return taken;
    }
}
