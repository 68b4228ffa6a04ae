/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ticker's readings wrap in the middle of each test. */
@Timeout(20)
class RequestTimingTest {
    private final ManualTicker ticker = new ManualTicker(Long.MAX_VALUE - 5_000_000L);
    private final RequestTiming timing = RequestTiming.begin(ticker.read());

    @Test
    void waits_oneAfterTheOther_addUp() {
        pass(3);
        begin();
        pass(10);
        end();
        pass(5);
        begin();
        pass(20);
        end();
        pass(1);

        assertThat(waitedMillis()).isEqualTo(30);
    }

    @Test
    void waits_thatOverlap_countOnce() {
        begin();
        pass(10);
        begin();
        pass(10);
        end();
        pass(10);
        end();
        pass(10);

        assertThat(waitedMillis()).isEqualTo(30);
    }

    @Test
    void wait_thatIsUnderWay_countsAsFarAsItIs() {
        assertThat(waitedMillis()).isZero();
        pass(7);
        begin();
        pass(8);

        assertThat(waitedMillis()).isEqualTo(8);
    }

    @Test
    void waitBegins_ofTooMany_isNotFollowed() {
        for (int i = 0; i < WaitUnion.MOST_AT_ONCE; i++) {
            begin();
        }
        assertThat(timing.waitBegins(ticker.read())).isFalse();
        pass(4);
        for (int i = 0; i < WaitUnion.MOST_AT_ONCE; i++) {
            end();
        }
        pass(4);

        assertThat(waitedMillis()).isEqualTo(4);
    }

    @Test
    void waitEnds_withoutBeginning_doesNothing() {
        pass(5);
        end();
        pass(5);

        assertThat(waitedMillis()).isZero();
    }

    @Test
    void downstreamFailed_leavesTheTimeAlone() {
        begin();
        pass(5);
        assertThat(timing.hasDownstreamFailed()).isFalse();
        timing.downstreamFailed();
        timing.downstreamFailed();
        pass(5);
        end();

        assertThat(timing.hasDownstreamFailed()).isTrue();
        assertThat(waitedMillis()).isEqualTo(10);
    }

    @Test
    void context_carriesIt_throughAllItsChanges() {
        CallContext context = CallContext.NONE
                .timing(timing)
                .criticality(Criticality.SHEDDABLE)
                .cohort("user")
                .timeout(Duration.ofSeconds(1), ticker);

        assertThat(context.timing()).isSameAs(timing);
        assertThat(context.timing(null).timing()).isNull();
        assertThat(context.remaining()).contains(Duration.ofSeconds(1));
        assertThat(CallContext.NONE.timing()).isNull();
    }

    @Test
    void waits_ofManyThreads_whileOneLastsAllTheTime_areThatOne() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            begin();
            CountDownLatch go = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    go.await();
                    for (int n = 0; n < 20_000; n++) {
                        begin();
                        ticker.advanceNanos(10);
                        end();
                    }
                    return null;
                }));
            }
            go.countDown();
            for (Future<?> each : all) {
                each.get();
            }
            end();
        } finally {
            pool.shutdownNow();
        }

        assertThat(timing.waitedNanos(ticker.read())).isEqualTo(threads * 20_000L * 10);
    }

    private void begin() {
        assertThat(timing.waitBegins(ticker.read())).isTrue();
    }

    private void end() {
        timing.waitEnds(ticker.read());
    }

    private void pass(int millis) {
        ticker.advance(Duration.ofMillis(millis));
    }

    private long waitedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(timing.waitedNanos(ticker.read()));
    }
}
